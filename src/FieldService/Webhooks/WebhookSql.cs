using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>Every statement that writes <c>webhooks</c>, but for the lease, which <c>lease_webhook</c> gives.</summary>
internal static class WebhookSql
{
    /// <summary>Locks the webhook against every other change, but not against what is written down for it meanwhile: that is somebody else's work, and must not wait.</summary>
    public static Task<Webhook?> FindForUpdate(Db db, AccountId account, WebhookId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from webhooks w where w.account_id = {account} and w.id = {id} for no key update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from webhooks where account_id = {user.Account} and id = {id} for no key update", ct);

    /// <summary>How many there are; until the commit nobody else of the company counts.</summary>
    public static async Task<int> CountAlone(Db db, AccountId account, CancellationToken ct)
    {
        await db.RunAsync($"select pg_advisory_xact_lock(hashtextextended('webhooks of ' || {account.Value.ToString()}, 0))", ct);
        return await db.ValueAsync<int>($"select count(*)::int from webhooks where account_id = {account}", ct);
    }

    public static async Task<Webhook> Insert(Db db, Webhook hook, string secret, CancellationToken ct) => (await db.FirstAsync($"""
        insert into webhooks as w (account_id, id, url, description, events, enabled, secret, created_by)
        values ({hook.AccountId}, {hook.Id}, {hook.Url}, {hook.Description}, {hook.Events?.ToArray()}::text[], {hook.Enabled}, {secret}, {hook.CreatedBy})
        returning {Columns}
        """, Read, ct))!;

    /// <summary>What people change. A webhook that is switched on is not left alone any longer.</summary>
    public static async Task<Webhook> Save(Db db, Webhook hook, CancellationToken ct) => (await db.FirstAsync($"""
        update webhooks as w
        set url = {hook.Url}, description = {hook.Description}, events = {hook.Events?.ToArray()}::text[], enabled = {hook.Enabled},
            disabled_because = {hook.DisabledBecause}, failures = {hook.Failures}, failing_since = {hook.FailingSince}, resting_until = null
        where account_id = {hook.AccountId} and id = {hook.Id}
        returning {Columns}
        """, Read, ct))!;

    /// <summary>How it does, as the dispatcher has found. Not a change of the webhook unless it was switched off.</summary>
    public static Task<int> SaveHealth(Db db, Webhook hook, DateTimeOffset? restingUntil, CancellationToken ct) => db.RunAsync($"""
        update webhooks set failures = {hook.Failures}, failing_since = {hook.FailingSince}, resting_until = {restingUntil}
        where account_id = {hook.AccountId} and id = {hook.Id}
        """, ct);

    /// <summary>Puts a new secret in the place of the one that signs now; until the moment named both sign.</summary>
    public static async Task<Webhook> Exchange(Db db, Webhook hook, string secret, DateTimeOffset until, CancellationToken ct) => (await db.FirstAsync($"""
        update webhooks as w set previous_secret = secret, previous_until = {until}, secret = {secret}
        where account_id = {hook.AccountId} and id = {hook.Id}
        returning {Columns}
        """, Read, ct))!;

    public static Task<int> Delete(Db db, Webhook hook, CancellationToken ct) => db.RunAsync($"delete from webhooks where account_id = {hook.AccountId} and id = {hook.Id}", ct);

    /// <summary>Gives a lease back before its end.</summary>
    public static Task<int> Release(Db db, AccountId account, WebhookId id, DateTimeOffset now, CancellationToken ct) =>
        db.RunAsync($"update webhooks set leased_until = {now} where account_id = {account} and id = {id}", ct);

    public static Sql Columns => $"""
        w.id, w.account_id, w.url, w.description, w.events, w.enabled, w.disabled_because, w.failures, w.failing_since, w.previous_until, w.created_by, w.created_at,
        w.updated_at, w.version
        """;

    public static Webhook Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.GetString(2),
        Text(row, 3),
        row.IsDBNull(4) ? null : row.GetFieldValue<string[]>(4),
        row.GetBoolean(5),
        Text(row, 6),
        row.GetInt32(7),
        At(row, 8),
        At(row, 9),
        new(row.GetGuid(10)),
        row.GetFieldValue<DateTimeOffset>(11),
        row.GetFieldValue<DateTimeOffset>(12))
    {
        Version = row.GetInt32(13),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? At(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
