using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Clients;

/// <summary>Whom the company works for. Always has a name; everything else may be unknown.</summary>
public sealed record Client(
    ClientId Id, AccountId AccountId, string Name, string? CompanyName, string? Email, string? Phone, string? AddressLine1, string? City, string? State,
    string? Zip, string? Notes, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <summary>Two letters by ISO 3166; the company's own when it is not said.</summary>
    public string? Country { get; init; }

    /// <summary>A VAT number or another number for the tax office, which invoices name.</summary>
    public string? TaxId { get; init; }

    /// <summary>What the client wants to read on invoices: an order number, a routing id.</summary>
    public string? Reference { get; init; }
}
