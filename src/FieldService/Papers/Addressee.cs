using Outpost.FieldService.Web.Pages;

namespace Outpost.FieldService.Papers;

/// <summary>A client and a place as the database has them, for the head of a paper.</summary>
internal sealed record Addressee(
    string ClientName, string? CompanyName, string? AddressLine1, string? City, string? State, string? Zip, string? Country, string? TaxId, string? JobTitle,
    string? PlaceName, string? PlaceAddress, string? PlaceCity, string? PlaceState, string? PlaceZip)
{
    public Paper.Party Client(Language say) => new(ClientName,
    [
        .. new[] { CompanyName == ClientName ? null : CompanyName, AddressLine1, Shown.Address(City, string.Join(' ', new[] { State, Zip }.OfType<string>())), Country, TaxId is null ? null : say.Of("paper.tax.number", TaxId) }
            .Where(line => !string.IsNullOrEmpty(line)).OfType<string>(),
    ]);

    public Paper.Party? Place => PlaceAddress is null ? null : new(PlaceName ?? PlaceAddress,
    [
        .. new[] { PlaceName is null ? null : PlaceAddress, Shown.Address(PlaceCity, string.Join(' ', new[] { PlaceState, PlaceZip }.OfType<string>())) }.Where(line => !string.IsNullOrEmpty(line)).OfType<string>(),
    ]);

    /// <summary>The columns of an addressee, over clients <c>c</c>, jobs <c>j</c> and properties <c>p</c>.</summary>
    public static Platform.Postgres.Sql Columns => $"""
        c.name as client_name, c.company_name, c.address_line1, c.city, c.state, c.zip, c.country, c.tax_id, j.title as job_title,
        p.name as place_name, p.address as place_address, p.city as place_city, p.state as place_state, p.zip as place_zip
        """;
}
