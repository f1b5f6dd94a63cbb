using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Taxes;

public readonly record struct TaxRateId(Guid Value) : IId
{
    public static TaxRateId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out TaxRateId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>What one authority takes, by its name. Documents keep the rate they were written with when this one changes.</summary>
public sealed record TaxRate(TaxRateId Id, AccountId AccountId, string Name, Percent Rate, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }
}
