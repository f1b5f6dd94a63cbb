using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>The visits as a file, by the clock at each site.</summary>
internal static class ExportVisits
{
    private static readonly CsvColumn<ListVisits.Row>[] Columns =
    [
        new("id", v => v.Id.ToString()),
        new("job_id", v => v.JobId.ToString()),
        new("job_title", v => v.JobTitle),
        new("client_name", v => v.ClientName),
        new("address", v => v.PropertyAddress),
        new("technician", v => v.AssignedUserName),
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
        return Csv.File("visits.csv", Columns, Csv.InTurn<ListVisits.Row>(db, (last, window) => $"{ListVisits.Rows} where {asked} and v.id > {last} order by v.id {window}", v => v.Id));
    }

    private static NodaTime.DateTimeZone Zone(ListVisits.Row visit) => Schedule.SiteTime.Zone(visit.TimeZone);
}
