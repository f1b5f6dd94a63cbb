using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Live;

/// <summary>Every statement that writes <c>open_editors</c>.</summary>
internal static class LiveSql
{
    /// <summary>How long an editor counts as open after its last sign of life.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(50);

    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    public static async Task Open(Db db, CurrentUser user, Guid page, Thing thing, DateTimeOffset now, CancellationToken ct)
    {
        await db.RunAsync($"delete from open_editors where account_id = {user.Account} and seen_at < {now - Forgotten}", ct);
        await db.RunAsync($"""
            insert into open_editors (account_id, id, user_id, entity_type, entity_id, seen_at) values ({user.Account}, {page}, {user.Id}, {thing.Kind}, {thing.Id}, {now})
            """, ct);
        await db.CommitAsync(ct);
    }

    public static async Task IsStillOpen(Db db, CurrentUser user, Guid page, DateTimeOffset now, CancellationToken ct)
    {
        await db.RunAsync($"update open_editors set seen_at = {now} where account_id = {user.Account} and id = {page}", ct);
        await db.CommitAsync(ct);
    }

    public static async Task Close(Db db, CurrentUser user, Guid page, CancellationToken ct)
    {
        await db.RunAsync($"delete from open_editors where account_id = {user.Account} and id = {page}", ct);
        await db.CommitAsync(ct);
    }
}
