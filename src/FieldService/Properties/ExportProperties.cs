using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>The places as a file.</summary>
internal static class ExportProperties
{
    private sealed record Row(Guid Id, Guid ClientId, string ClientName, string? Name, string Address, string? City, string? State, string? Zip, string? Notes, string? TimeZone, DateTimeOffset CreatedAt);

    private static readonly CsvColumn<Row>[] Columns =
    [
        new("id", p => p.Id.ToString()),
        new("client_id", p => p.ClientId.ToString()),
        new("client_name", p => p.ClientName),
        new("property_name", p => p.Name),
        new("property_address", p => p.Address),
        new("property_city", p => p.City),
        new("property_state", p => p.State),
        new("property_zip", p => p.Zip),
        new("notes", p => p.Notes),
        new("time_zone", p => p.TimeZone),
        new("created_at", p => Csv.Instant(p.CreatedAt, NodaTime.DateTimeZone.Utc)),
    ];

    public static IResult Handle([AsParameters] ListProperties.Filter filter, CurrentUser user, ReadDb db)
    {
        ListParameters.NoOrder(filter.Sort, filter.Order);
        var asked = ListProperties.Asked(filter, user);
        return Csv.File("properties.csv", Columns, Csv.InTurn<Row>(db, (last, window) => $"""
            select p.id, p.client_id, c.name as client_name, p.name, p.address, p.city, p.state, p.zip, p.notes, p.time_zone, p.created_at
            from properties p join clients c on c.account_id = p.account_id and c.id = p.client_id
            where {asked} and p.id > {last} order by p.id {window}
            """, p => p.Id));
    }
}
