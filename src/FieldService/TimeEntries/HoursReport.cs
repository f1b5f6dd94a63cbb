using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>
/// The hours of everybody in a week or a month, day by day on the company's calendar. What crosses midnight is shared between its days, to the second; what still
/// runs counts up to now. A technician sees their own.
/// </summary>
internal static class HoursReport
{
    public enum Period { Week, Month }

    /// <param name="On">A day of the week or month; today when it is left out.</param>
    public sealed record Filter
    {
        public string? Period { get; init; }

        public string? On { get; init; }

        [FromQuery(Name = "user_id")]
        public string? UserId { get; init; }
    }

    /// <param name="To">The last day of the period.</param>
    public sealed record Response(DateOnly From, DateOnly To, IReadOnlyList<Person> People);

    public sealed record Person(Guid UserId, string UserName, long TravelSeconds, long WorkSeconds, long BreakSeconds, long PaidSeconds, bool HasRunning, IReadOnlyList<Day> Days);

    /// <param name="PaidSeconds">Travel and work; breaks are not paid.</param>
    public sealed record Day(DateOnly On, long TravelSeconds, long WorkSeconds, long BreakSeconds, long PaidSeconds);

    private sealed record Cell(Guid UserId, string UserName, int Place, long Travel, long Work, long Break, bool Running);

    public static async Task<Ok<One<Response>>> Handle([AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var period = ListParameters.Word<Period>(filter.Period, "period") ?? Period.Week;
        var person = ListParameters.Id(filter.UserId, "user_id");
        var calendar = WorkCalendar.Of(user);
        var on = DayOf(filter.On, "on") ?? calendar.Today(clock);
        var (from, to) = period is Period.Week ? WorkCalendar.Week(on) : WorkCalendar.Month(on);

        var days = Enumerable.Range(0, to.DayNumber - from.DayNumber).Select(from.AddDays).ToArray();
        var starts = days.Select(calendar.StartOf).Append(calendar.StartOf(to)).Select(at => at.UtcDateTime).ToArray();
        var cells = await db.ListAsync<Cell>($"""
            select t.user_id, u.full_name as user_name, day.place::int as place,
                   coalesce(sum(part.seconds) filter (where t.kind = 'travel'), 0)::bigint as travel,
                   coalesce(sum(part.seconds) filter (where t.kind = 'work'), 0)::bigint as work,
                   coalesce(sum(part.seconds) filter (where t.kind = 'break'), 0)::bigint as break,
                   bool_or(t.ended_at is null) as running
            from unnest({starts[..^1]}, {starts[1..]}) with ordinality as day (starts_at, ends_at, place)
            join time_entries t on t.account_id = {user.Account} and t.started_at < day.ends_at and coalesce(t.ended_at, {clock.GetUtcNow()}) > day.starts_at
            join users u on u.account_id = t.account_id and u.id = t.user_id
            cross join lateral (
              select extract(epoch from date_trunc('second', least(coalesce(t.ended_at, {clock.GetUtcNow()}), day.ends_at)) - greatest(t.started_at, day.starts_at)) as seconds
            ) part
            where t.started_at < {starts[^1]} and (t.ended_at > {starts[0]} or t.ended_at is null)
            {Sql.If(!user.IsOffice, $"and t.user_id = {user.Id}")}
            {Sql.If(person is not null, $"and t.user_id = {person}")}
            group by t.user_id, u.full_name, day.place
            order by u.full_name, t.user_id, day.place
            """, ct);

        var people = cells.GroupBy(cell => (cell.UserId, cell.UserName)).Select(group => new Person(
            group.Key.UserId, group.Key.UserName, group.Sum(c => c.Travel), group.Sum(c => c.Work), group.Sum(c => c.Break), group.Sum(c => c.Travel + c.Work), group.Any(c => c.Running),
            [.. group.Select(c => new Day(days[c.Place - 1], c.Travel, c.Work, c.Break, c.Travel + c.Work))]));
        return Answers.Ok(new Response(from, to.AddDays(-1), [.. people]));
    }

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    internal static DateOnly? DayOf(string? text, string parameter) =>
        text is null or "" ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) && day.Year is >= 1900 and < 2300 ? day
        : throw new RuleException("VALIDATION_ERROR", $"{parameter} must be a day such as 2026-11-21.") { Field = parameter };
}
