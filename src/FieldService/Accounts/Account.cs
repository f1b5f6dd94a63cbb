using Outpost.FieldService.Web;

namespace Outpost.FieldService.Accounts;

/// <summary>The company itself: what stands on its letters, and how it wants things done.</summary>
/// <param name="TimeZone">An IANA name; days and hours of the company are meant by it.</param>
/// <param name="Currency">ISO 4217; every amount is in its smallest unit.</param>
public sealed record Account(
    AccountId Id, string Name, string TimeZone, string Currency, string? AddressLine1, string? AddressLine2, string? City, string? State, string? Zip, string? Country,
    string? Phone, string? Email, string? TaxId, AccountSettings Settings, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version) : IVersioned
{
    /// <summary>How many of an amount's digits stand behind the point: 2 for dollars.</summary>
    public int CurrencyExponent => Currencies.Exponent(Currency) ?? 2;
}
