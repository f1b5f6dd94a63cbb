using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>
/// The board: who works when, who is away, and who goes where, for some days of the company's calendar, and beside it the visits that nobody has. A visit of
/// several people stands with each of them. A technician sees their own part.
/// </summary>
internal static class ReadSchedule
{
    /// <param name="From">The first day, 2026-11-23; left out, today.</param>
    /// <param name="To">The last day, itself included; left out, a week from the first on. At most 42 days.</param>
    public sealed record Filter
    {
        public string? From { get; init; }

        public string? To { get; init; }
    }

    public sealed record Board(DateOnly From, DateOnly To, string TimeZone, DateTimeOffset StartsAt, DateTimeOffset EndsAt, IReadOnlyList<Lane> Technicians, IReadOnlyList<Visit> Unassigned);

    /// <param name="WorkingHours">Null when nobody has stated any.</param>
    public sealed record Lane(
        Guid Id, string FullName, string Role, bool IsActive, IReadOnlyList<Span>? WorkingHours, IReadOnlyList<Away> Absences, IReadOnlyList<Visit> Visits);

    public sealed record Span(DateTimeOffset StartsAt, DateTimeOffset EndsAt);

    public sealed record Away(Guid Id, Guid UserId, string Kind, string Status, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string? Note);

    public sealed record Visit(
        Guid Id, Guid JobId, string JobTitle, int Priority, string ClientName, string? Address, string? City, string Status, Guid? AssignedUserId, Guid[] TechnicianIds,
        DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, DateTime LocalStart, DateTime LocalEnd, string TimeZone, bool IsDoubleBooked, int Version);

    private sealed record Person(Guid Id, string FullName, string Role, bool IsActive);

    public static async Task<Ok<One<Board>>> Handle([AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var days = CalendarDays.Asked(filter.From, filter.To, user, clock);
        var (from, to) = (days.Start, days.End);
        var (visits, people, weeks, absences) = await db.ReadAsync(
            [Visits(user, from, to), People(user, from, to), Weeks(user), Absences(user, from, to)],
            async (results, token) => (
                await results.ListAsync<Visit>(token), await results.ListAsync<Person>(token),
                Diary.WeeksOf(await results.ListAsync<Diary.HoursRow>(token), user.TimeZone), await results.ListAsync<Away>(token)), ct);

        var byPerson = visits.SelectMany(visit => visit.TechnicianIds, (visit, person) => (person, visit)).ToLookup(pair => pair.person, pair => pair.visit);
        var awayByPerson = absences.ToLookup(away => away.UserId);
        var lanes = people.Select(person => new Lane(
            person.Id, person.FullName, person.Role, person.IsActive,
            weeks.TryGetValue(person.Id, out var week) ? [.. week.Within(from, to).Select(span => new Span(span.Start, span.End))] : null,
            [.. awayByPerson[person.Id]], [.. byPerson[person.Id]]));
        return Answers.Ok(new Board(days.From, days.To, days.TimeZone, from, to, [.. lanes], [.. visits.Where(visit => visit.TechnicianIds.Length == 0)]));
    }

    internal static Sql Visits(CurrentUser user, DateTimeOffset from, DateTimeOffset to) => $"""
        select v.id, v.job_id, j.title as job_title, j.priority, c.name as client_name, coalesce(p.address, c.address_line1) as address, coalesce(p.city, c.city) as city, v.status,
               v.assigned_user_id,
               array(select t.user_id from visit_technicians t where t.account_id = v.account_id and t.visit_id = v.id
                     order by t.user_id is distinct from v.assigned_user_id, t.user_id) as technician_ids,
               v.scheduled_start, v.scheduled_end, v.local_start, v.local_end, v.time_zone, v.is_double_booked, v.version
        from visits v
        join jobs j on j.account_id = v.account_id and j.id = v.job_id
        join clients c on c.account_id = j.account_id and c.id = j.client_id
        left join properties p on p.account_id = j.account_id and p.id = j.property_id
        where v.account_id = {user.Account} and v.scheduled_start < {to} and v.scheduled_start > {from - Appointment.Longest} and v.scheduled_end > {from} and v.status <> 'cancelled'
        {Sql.If(!user.IsOffice, $"and exists (select from visit_technicians t where t.account_id = v.account_id and t.visit_id = v.id and t.user_id = {user.Id})")}
        order by v.scheduled_start, v.id
        """;

    // Technicians, and whoever else has a part in these days.
    private static Sql People(CurrentUser user, DateTimeOffset from, DateTimeOffset to) => $"""
        select u.id, u.full_name, u.role, u.deactivated_at is null as is_active
        from users u
        where u.account_id = {user.Account} {Sql.If(!user.IsOffice, $"and u.id = {user.Id}")}
          and ((u.role = 'tech' and u.deactivated_at is null)
               or (u.deactivated_at is null and exists (select from working_weeks w where w.account_id = u.account_id and w.user_id = u.id))
               or exists (select from visit_technicians t join visits v on v.account_id = t.account_id and v.id = t.visit_id and v.status <> 'cancelled'
                          where t.account_id = u.account_id and t.user_id = u.id and t.starts_at < {to} and t.starts_at > {from - Appointment.Longest} and t.ends_at > {from}))
        order by lower(u.full_name), u.id
        """;

    internal static Sql Weeks(CurrentUser user) => $"""
        select w.user_id, w.time_zone, h.weekday, h.from_minute, h.to_minute
        from working_weeks w left join working_hours h on h.account_id = w.account_id and h.user_id = w.user_id
        where w.account_id = {user.Account} {Sql.If(!user.IsOffice, $"and w.user_id = {user.Id}")}
        order by w.user_id, h.weekday, h.from_minute
        """;

    private static Sql Absences(CurrentUser user, DateTimeOffset from, DateTimeOffset to) => $"""
        select a.id, a.user_id, a.kind, a.status, a.starts_at, a.ends_at, a.note
        from absences a
        where a.account_id = {user.Account} {Sql.If(!user.IsOffice, $"and a.user_id = {user.Id}")}
          and a.status in ('requested', 'approved') and a.starts_at < {to} and a.starts_at > {from - Absence.Longest} and a.ends_at > {from}
        order by a.starts_at, a.id
        """;
}
