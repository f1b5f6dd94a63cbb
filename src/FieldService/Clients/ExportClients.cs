using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>The clients as a file that can be taken in again, here or elsewhere.</summary>
internal static class ExportClients
{
    private sealed record Row(Guid Id, string Name, string? CompanyName, string? Email, string? Phone, string? AddressLine1, string? City, string? State, string? Zip, string? Country, string? TaxId, string? Reference, string? Notes, DateTimeOffset CreatedAt);

    private static readonly CsvColumn<Row>[] Columns =
    [
        new("id", c => c.Id.ToString()),
        new("name", c => c.Name),
        new("company_name", c => c.CompanyName),
        new("email", c => c.Email),
        new("phone", c => c.Phone),
        new("address_line1", c => c.AddressLine1),
        new("city", c => c.City),
        new("state", c => c.State),
        new("zip", c => c.Zip),
        new("country", c => c.Country),
        new("tax_id", c => c.TaxId),
        new("reference", c => c.Reference),
        new("notes", c => c.Notes),
        new("created_at", c => Csv.Instant(c.CreatedAt, NodaTime.DateTimeZone.Utc)),
    ];

    public static IResult Handle([AsParameters] ListClients.Filter filter, CurrentUser user, ReadDb db)
    {
        ListParameters.NoOrder(filter.Sort, filter.Order);
        var asked = ListClients.Asked(filter, user);
        return Csv.File("clients.csv", Columns, Csv.InTurn<Row>(db, (last, window) => $"""
            select c.id, c.name, c.company_name, c.email, c.phone, c.address_line1, c.city, c.state, c.zip, c.country, c.tax_id, c.reference, c.notes, c.created_at
            from clients c where {asked} and c.id > {last} order by c.id {window}
            """, c => c.Id));
    }
}
