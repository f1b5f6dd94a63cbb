using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>The visits as a file, by the clock at each site.</summary>
internal static class ExportVisits
{
    private sealed record Row(
        Guid Id, Guid JobId, string JobTitle, string ClientName, string? Address, string? Technician, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd,
        DateTimeOffset? ArrivedAt, DateTimeOffset? CompletedAt, string TimeZone, string? TechNotes);

    private static readonly CsvColumn<Row>[] Columns =
    [
        new("id", v => v.Id.ToString()),
        new("job_id", v => v.JobId.ToString()),
        new("job_title", v => v.JobTitle),
        new("client_name", v => v.ClientName),
        new("address", v => v.Address),
        new("technician", v => v.Technician),
        new("status", v => v.Status),
        new("scheduled_start", v => Csv.Instant(v.ScheduledStart, Zone(v))),
        new("scheduled_end", v => Csv.Instant(v.ScheduledEnd, Zone(v))),
        new("arrived_at", v => Csv.Instant(v.ArrivedAt, Zone(v))),
        new("completed_at", v => Csv.Instant(v.CompletedAt, Zone(v))),
        new("time_zone", v => v.TimeZone),
        new("tech_notes", v => v.TechNotes),
    ];

    public static IResult Handle([AsParameters] ListVisits.Filter filter, CurrentUser user, ReadDb db)
    {
        ListParameters.NoOrder(filter.Sort, filter.Order);
        var asked = ListVisits.Asked(filter, null, user);
        // The page first, then what belongs to it: the planner would otherwise join all that is left, each time.
        return Csv.File("visits.csv", Columns, Csv.InTurn<Row>(db, (last, window) => $"""
            with page as materialized (select v.* from visits v where {asked} and v.id > {last} order by v.id {window})
            select v.id, v.job_id, j.title as job_title, c.name as client_name, p.address, u.full_name as technician, v.status, v.scheduled_start, v.scheduled_end, v.arrived_at,
                   v.completed_at, v.time_zone, v.tech_notes
            from page v
            join jobs j on j.account_id = {user.Account} and j.id = v.job_id
            join clients c on c.account_id = {user.Account} and c.id = j.client_id
            left join properties p on p.account_id = {user.Account} and p.id = j.property_id
            left join users u on u.account_id = {user.Account} and u.id = v.assigned_user_id
            order by v.id
            """, v => v.Id));
    }

    private static NodaTime.DateTimeZone Zone(Row visit) => Schedule.SiteTime.Zone(visit.TimeZone);
}
