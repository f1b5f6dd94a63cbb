using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Calendar;

/// <summary>Every statement that writes <c>calendar_feeds</c>. Who changes somebody's feed has locked that somebody, so two new addresses come one after the other.</summary>
internal static class CalendarFeedSql
{
    public static Task<CalendarFeed?> Find(Db db, AccountId account, UserId user, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from calendar_feeds where account_id = {account} and user_id = {user} and revoked_at is null", Read, ct);

    public static async Task<CalendarFeed> Insert(Db db, CalendarFeed feed, byte[] hash, CancellationToken ct) => (await db.FirstAsync($"""
        insert into calendar_feeds (account_id, id, user_id, token_hash, created_by, created_at)
        values ({feed.AccountId}, {feed.Id}, {feed.UserId}, {hash}, {feed.CreatedBy}, {feed.CreatedAt})
        returning {Columns}
        """, Read, ct))!;

    public static async Task<CalendarFeed> Revoke(Db db, CalendarFeed feed, DateTimeOffset now, CancellationToken ct) => (await db.FirstAsync($"""
        update calendar_feeds set revoked_at = {now} where account_id = {feed.AccountId} and id = {feed.Id}
        returning {Columns}
        """, Read, ct))!;

    public static Sql Columns => $"id, account_id, user_id, created_by, created_at, revoked_at";

    public static CalendarFeed Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        new(row.GetGuid(3)),
        row.GetFieldValue<DateTimeOffset>(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5));
}
