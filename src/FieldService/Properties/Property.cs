using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Properties;

/// <summary>A place where a client has work done. It has an address, and one client.</summary>
public sealed record Property(
    PropertyId Id, AccountId AccountId, ClientId ClientId, string? Name, string Address, string? City, string? State, string? Zip, string? Notes,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>The IANA zone by whose clock appointments here are agreed on; null is the account's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Where it is, in degrees; both or neither.</summary>
    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }
}
