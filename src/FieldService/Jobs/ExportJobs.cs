using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>The jobs as a file.</summary>
internal static class ExportJobs
{
    private sealed record Row(
        Guid Id, Guid ClientId, string ClientName, Guid? PropertyId, string? Address, string Title, string? Description, string Status, int Priority,
        DateTimeOffset? ScheduledStart, DateTimeOffset? ScheduledEnd, DateTimeOffset CreatedAt);

    public static IResult Handle([AsParameters] ListJobs.Filter filter, CurrentUser user, ReadDb db)
    {
        var zone = user.Zone;
        CsvColumn<Row>[] columns =
        [
            new("id", j => j.Id.ToString()),
            new("client_id", j => j.ClientId.ToString()),
            new("client_name", j => j.ClientName),
            new("property_id", j => j.PropertyId?.ToString()),
            new("address", j => j.Address),
            new("title", j => j.Title),
            new("description", j => j.Description),
            new("status", j => j.Status),
            new("priority", j => Csv.Number(j.Priority), IsNumber: true),
            new("scheduled_start", j => Csv.Instant(j.ScheduledStart, zone)),
            new("scheduled_end", j => Csv.Instant(j.ScheduledEnd, zone)),
            new("created_at", j => Csv.Instant(j.CreatedAt, zone)),
        ];
        ListParameters.NoOrder(filter.Sort, filter.Order);
        var asked = ListJobs.Asked(filter, user);
        return Csv.File("jobs.csv", columns, Csv.InTurn<Row>(db, (last, window) => $"""
            select j.id, j.client_id, c.name as client_name, j.property_id, p.address, j.title, j.description, j.status, j.priority, j.scheduled_start, j.scheduled_end, j.created_at
            from jobs j
            join clients c on c.account_id = j.account_id and c.id = j.client_id
            left join properties p on p.account_id = j.account_id and p.id = j.property_id
            where {asked} and j.id > {last} order by j.id {window}
            """, j => j.Id));
    }
}
