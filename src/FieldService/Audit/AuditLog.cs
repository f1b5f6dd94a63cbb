using System.Diagnostics;
using System.Text.Json;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Audit;

/// <summary>Who did what to which thing. Written in the transaction of the change, so neither exists without the other.</summary>
internal static class AuditLog
{
    public static Task Inserted(Db db, CurrentUser user, string entity, IId id, object now, CancellationToken ct) => Add(db, user.Account, user.Actor, entity, id, "insert", null, now, ct);

    public static Task Updated(Db db, CurrentUser user, string entity, IId id, object before, object now, CancellationToken ct) => Add(db, user.Account, user.Actor, entity, id, "update", before, now, ct);

    public static Task Deleted(Db db, CurrentUser user, string entity, IId id, object before, CancellationToken ct) => Add(db, user.Account, user.Actor, entity, id, "delete", before, null, ct);

    /// <summary>Done at the server's command line, where nobody is signed in.</summary>
    public static Task InsertedByOperator(Db db, AccountId account, string entity, IId id, object now, CancellationToken ct) => Add(db, account, null, entity, id, "insert", null, now, ct);

    /// <inheritdoc cref="InsertedByOperator"/>
    public static Task UpdatedByOperator(Db db, AccountId account, string entity, IId id, object before, object now, CancellationToken ct) => Add(db, account, null, entity, id, "update", before, now, ct);

    /// <summary>Somebody signs in: a session begins.</summary>
    public static Task SignedIn(Db db, AccountId account, UserId user, SessionId session, object now, CancellationToken ct) => Add(db, account, user.Value, "session", session, "insert", null, now, ct);

    /// <summary>Somebody tried to sign in as this user, with a wrong password. Who it was is not known.</summary>
    public static Task SignInFailed(Db db, AccountId account, UserId user, object now, CancellationToken ct) => Add(db, account, null, "failed_login", user, "insert", null, now, ct);

    /// <summary>Somebody who holds a link and is not signed in yet.</summary>
    public static Task InsertedByThemselves(Db db, AccountId account, UserId user, string entity, IId id, object now, CancellationToken ct) => Add(db, account, user.Value, entity, id, "insert", null, now, ct);

    /// <inheritdoc cref="InsertedByThemselves"/>
    public static Task UpdatedByThemselves(Db db, AccountId account, UserId user, string entity, IId id, object before, object now, CancellationToken ct) => Add(db, account, user.Value, entity, id, "update", before, now, ct);

    private static Task Add(Db db, AccountId account, Guid? actor, string entity, IId id, string action, object? before, object? now, CancellationToken ct) => db.RunAsync($"""
        insert into audit_log (account_id, entity_type, entity_id, action, actor_id, old_value, new_value, trace_id)
        values ({account}, {entity}, {id.Value}, {action}, {actor}, {Document(before)}, {Document(now)}, {TraceId()})
        """, ct);

    private static Json? Document(object? value) => value is null ? null : new Json(JsonSerializer.Serialize(value, value.GetType(), WireJson.Options));

    // A trace id has the 128 bits of a UUID.
    private static Guid? TraceId() => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? Guid.ParseExact(activity.TraceId.ToHexString(), "N") : null;
}
