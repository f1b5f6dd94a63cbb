using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>
/// When somebody has so many minutes to spare: their working time without visits and absences, from now on. For whom no hours are stated the usual ones hold,
/// eight to five from Monday to Friday.
/// </summary>
internal static class FindOpenings
{
    private const int Least = 5;
    private const int Most = 24 * 60;

    /// <param name="UserId">Whom to send; left out, whoever is a technician.</param>
    /// <param name="From">The first day, by the account's calendar; left out, today.</param>
    /// <param name="To">The last day, itself included.</param>
    /// <param name="DurationMinutes">How long it takes; 60 when left out.</param>
    public sealed record Filter
    {
        [FromQuery(Name = "user_id")]
        public string? UserId { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }

        [FromQuery(Name = "duration_minutes")]
        public string? DurationMinutes { get; init; }
    }

    /// <summary>A visit may start anywhere from the start to <paramref name="LatestStart"/>.</summary>
    public sealed record Opening(Guid UserId, string FullName, DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset LatestStart, LocalDateTime LocalStart, LocalDateTime LocalEnd, string TimeZone);

    public sealed record Openings(IReadOnlyList<Opening> Data);

    private sealed record Person(Guid Id, string FullName);

    private sealed record Taken(Guid UserId, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

    public static async Task<Ok<Openings>> Handle([AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var days = CalendarDays.Asked(filter.From, filter.To, user, clock);
        var asked = ListParameters.Id(filter.UserId, "user_id");
        var length = TimeSpan.FromMinutes(Minutes(filter.DurationMinutes));
        var now = clock.GetUtcNow();
        var (start, to) = (days.Start > now ? days.Start : now, days.End);
        if (!user.IsOffice && asked is { } other && other != user.Id.Value) throw Missing.Of("user", "user_id");

        var who = user.IsOffice ? asked : user.Id.Value;
        var (people, weeks, taken) = await db.ReadAsync(
            [
                $"""
                select id, full_name from users where account_id = {user.Account} and deactivated_at is null
                {(who is { } one ? (Sql)$"and id = {one}" : $"and role = 'tech'")}
                order by lower(full_name), id
                """,
                ReadSchedule.Weeks(user),
                $"""
                select t.user_id, t.starts_at, t.ends_at from visit_technicians t
                where t.account_id = {user.Account} and t.blocks and t.starts_at < {to} and t.starts_at > {start - Appointment.Longest} and t.ends_at > {start}
                  and t.user_id in (select u.id from users u where u.account_id = {user.Account})
                union all
                select a.user_id, a.starts_at, a.ends_at from absences a
                where a.account_id = {user.Account} and a.status = 'approved' and a.starts_at < {to} and a.starts_at > {start - Absence.Longest} and a.ends_at > {start}
                """,
            ],
            async (results, token) => (
                await results.ListAsync<Person>(token), Diary.WeeksOf(await results.ListAsync<Diary.HoursRow>(token), user.TimeZone),
                (await results.ListAsync<Taken>(token)).ToLookup(t => t.UserId, t => new Stretch(t.StartsAt, t.EndsAt))), ct);
        if (asked is not null && people.Count == 0) throw Missing.Of("user", "user_id");

        var zone = SiteTime.ZoneOrUtc(user.TimeZone);
        WorkWeek Week(Guid person) => weeks.GetValueOrDefault(person) ?? WorkWeek.Usual(zone);
        return TypedResults.Ok(new Openings([..
            from person in people
            from free in Stretch.Without(Week(person.Id).Within(start, to), taken[person.Id])
            where free.Length >= length
            orderby free.Start
            select new Opening(person.Id, person.FullName, free.Start, free.End, free.End - length, SiteTime.Local(free.Start, zone), SiteTime.Local(free.End, zone), zone.Id)]));
    }

    private static int Minutes(string? text) =>
        text is null or "" ? 60
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= Least and <= Most ? minutes
        : throw ScheduleRules.NoDuration();
}
