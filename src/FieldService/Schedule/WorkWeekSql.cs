using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>Every statement that writes <c>working_weeks</c> and <c>working_hours</c>. The person is locked first, as for a booking.</summary>
internal static class WorkWeekSql
{
    private sealed record Head(string? TimeZone, int Version);

    private sealed record Span(short Weekday, short FromMinute, short ToMinute);

    public static async Task<StatedWeek?> Find(Db db, AccountId account, UserId person, CancellationToken ct) =>
        await db.ReadAsync(Statements(account, person), (results, token) => Read(results, person, token), ct);

    public static Task<StatedWeek?> Find(ReadDb db, AccountId account, UserId person, CancellationToken ct) =>
        db.ReadAsync(Statements(account, person), (results, token) => Read(results, person, token), ct);

    public static async Task<StatedWeek> Save(Db db, AccountId account, StatedWeek week, CancellationToken ct)
    {
        await db.RunAsync($"""
            insert into working_weeks (account_id, user_id, time_zone) values ({account}, {week.UserId}, {week.TimeZone})
            on conflict on constraint working_weeks_pkey do update set time_zone = excluded.time_zone
            """, ct);
        await db.RunAsync($"delete from working_hours where account_id = {account} and user_id = {week.UserId}", ct);
        var hours = week.Hours.Select(span => span.Stored()).ToList();
        await db.RunAsync($"""
            insert into working_hours (account_id, user_id, weekday, from_minute, to_minute)
            select {account}, {week.UserId}, h.weekday, h.from_minute, h.to_minute
            from unnest({hours.Select(h => (short)h.Weekday).ToArray()}, {hours.Select(h => (short)h.From).ToArray()}, {hours.Select(h => (short)h.To).ToArray()})
              as h (weekday, from_minute, to_minute)
            """, ct);
        return (await Find(db, account, week.UserId, ct))!;
    }

    public static Task<int> Delete(Db db, AccountId account, UserId person, CancellationToken ct) =>
        db.RunAsync($"delete from working_weeks where account_id = {account} and user_id = {person}", ct);

    private static Sql[] Statements(AccountId account, UserId person) =>
    [
        $"select time_zone, version from working_weeks where account_id = {account} and user_id = {person}",
        $"select weekday, from_minute, to_minute from working_hours where account_id = {account} and user_id = {person} order by weekday, from_minute",
    ];

    private static async Task<StatedWeek?> Read(ResultSets results, UserId person, CancellationToken ct)
    {
        var head = await results.FirstAsync<Head>(ct);
        var spans = await results.ListAsync<Span>(ct);
        return head is null ? null : new(person, head.TimeZone, [.. spans.Select(span => StatedHours.Of(new(span.Weekday, span.FromMinute, span.ToMinute)))]) { Version = head.Version };
    }
}
