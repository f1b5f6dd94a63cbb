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
}
