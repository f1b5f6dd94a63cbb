using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>
/// Reminds a client of a visit some hours before it, or some days before it at a time of day where the visit is. A visit that is moved is reminded of anew;
/// of one that has begun, was called off or is over nobody is reminded. Of several occasions that have passed, the last one counts.
/// </summary>
internal static class VisitReminder
{
    private const decimal ShortestLead = 0.1m, LongestLead = 24 * 60;
    private static readonly TimeOnly UsualTime = new(9, 0);

    public static AutomationKind Kind { get; } = new(AutomationType.VisitReminder, "visit-reminder", TimeSpan.FromMinutes(5), new(
        "visit_reminder", "visit",
        ["client_name", "company_name", "job_title", "visit_date", "visit_time", "visit_end_time", "address", "technician_name", "opt_out_url"],
        FindAsync,
        (db, company, ct) => db.ValueAsync<Guid?>($"select id from visits where account_id = {company.Account} order by status = 'scheduled' desc, scheduled_start desc limit 1", ct),
        DefaultTemplates.VisitReminder), config => Plan.Of(new(config, "hours_before", "days_before", "at")));

    private sealed record Row(
        Guid Id, Guid JobId, string JobTitle, Guid ClientId, string ClientName, Guid? AssignedUserId, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, string? Zone,
        string? Address, string? TechnicianName);

    /// <summary>As published.</summary>
    private sealed record Trail(
        Guid AutomationId, DateTimeOffset VisitScheduledStart, Guid JobId, string JobTitle, string ClientName, Guid? AssignedUserId, DateTimeOffset? ReminderSentAt, string Step);

    private sealed record Plan(IReadOnlyList<Channel> Channels, decimal[] HoursBefore, int[] DaysBefore, TimeOnly At) : IPlan
    {
        public static Plan Of(Config config) => new(
            config.Channels(),
            config.Numbers("hours_before", config.Has("days_before") ? [] : [24], ShortestLead, LongestLead),
            config.Days("days_before", [], 0, 60),
            config.Time("at", UsualTime));

        public async Task<List<Occasion>> OccasionsAsync(Db db, CurrentUser company, DateTimeOffset now, DateTimeOffset until, CancellationToken ct)
        {
            var lead = TimeSpan.FromHours((double)HoursBefore.Append(DaysBefore.Append(-1).Max() * 24 + 48).Max());
            var visits = await db.ListAsync<Row>($"""
                {Visits}
                where v.account_id = {company.Account} and v.status = 'scheduled' and v.scheduled_start > {now} and v.scheduled_start <= {until + lead}
                order by v.scheduled_start, v.id
                """, ct);
            return [.. visits.SelectMany(visit => OccasionsOf(visit, company))];
        }

        private IEnumerable<Occasion> OccasionsOf(Row visit, CurrentUser company)
        {
            var zone = LocalTimes.Zone(visit.Zone, company);
            var day = visit.ScheduledStart.ToInstant().InZone(zone).Date;
            foreach (var hours in HoursBefore)
            {
                var step = hours.ToString("0.####", CultureInfo.InvariantCulture) + "h";
                yield return One(visit, step, visit.ScheduledStart.AddTicks(-(long)(hours * TimeSpan.TicksPerHour)), zone);
            }

            foreach (var days in DaysBefore)
            {
                var at = day.PlusDays(-days).At(At, zone);
                if (at < visit.ScheduledStart) yield return One(visit, $"{days}d@{At:HH\\:mm}", at, zone);
            }
        }

        private static Occasion One(Row visit, string step, DateTimeOffset at, DateTimeZone zone) => new(
            visit.Id, new(visit.ClientId), step, $"{KeyOf(visit.ScheduledStart)}|{step}", at, visit.ScheduledStart, zone, $"{visit.JobTitle} for {visit.ClientName}",
            (automation, sentAt) => new Trail(automation.Value, visit.ScheduledStart, visit.JobId, visit.JobTitle, visit.ClientName, visit.AssignedUserId, sentAt, step));
    }

    private static string KeyOf(DateTimeOffset start) => start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Sql Visits => $"""
        select v.id, v.job_id, j.title as job_title, j.client_id, c.name as client_name, v.assigned_user_id, v.status, v.scheduled_start, v.scheduled_end, v.time_zone as zone,
               nullif(concat_ws(', ', p.address, p.city, p.state), '') as address, u.full_name as technician_name
        from visits v
        join jobs j on j.account_id = v.account_id and j.id = v.job_id
        join clients c on c.account_id = j.account_id and c.id = j.client_id
        left join properties p on p.account_id = j.account_id and p.id = j.property_id
        left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id
        """;

    private static async Task<Facts?> FindAsync(Db db, CurrentUser company, Guid subject, string? occurrence, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.FirstAsync<Row>($"{Visits} where v.account_id = {company.Account} and v.id = {subject}", ct) is not { } visit) return null;

        var zone = LocalTimes.Zone(visit.Zone, company);
        var (start, end) = (visit.ScheduledStart.ToInstant().InZone(zone).ToDateTimeUnspecified(), visit.ScheduledEnd.ToInstant().InZone(zone).ToDateTimeUnspecified());
        var obstacle = visit.Status != "scheduled" ? "the visit is not scheduled any more"
            : visit.ScheduledStart <= now ? "the visit has begun"
            : occurrence is not null && occurrence.Split('|')[0] != KeyOf(visit.ScheduledStart) ? "the visit was moved"
            : null;
        return new(new(visit.ClientId), obstacle, zone.Id, new Dictionary<string, string>
        {
            ["job_title"] = visit.JobTitle,
            ["visit_date"] = WallClock.LongDate(DateOnly.FromDateTime(start)),
            ["visit_time"] = start.ToString("h:mm tt", CultureInfo.InvariantCulture),
            ["visit_end_time"] = end.ToString("h:mm tt", CultureInfo.InvariantCulture),
            ["address"] = visit.Address ?? "",
            ["technician_name"] = visit.TechnicianName ?? "",
        });
    }
}
