using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Taxes;

public readonly record struct TaxGroupId(Guid Value) : IId
{
    public static TaxGroupId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out TaxGroupId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>The tax rates that go on a line together. Each is taken of the same amount, none of another's tax; together they are at most 100 %.</summary>
/// <param name="IsDefault">A new document that names no tax is taxed with this group. One group at most is.</param>
/// <param name="IsActive">False when it is not offered for new documents any more.</param>
/// <param name="Rates">In the order in which they stand on a document.</param>
public sealed record TaxGroup(
    TaxGroupId Id, AccountId AccountId, string Name, bool IsDefault, bool IsActive, IReadOnlyList<TaxGroup.Part> Rates, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public sealed record Part(TaxRateId Id, string Name, Percent Rate);

    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <summary>What an invoice in data calls it; taxed when it comes to anything, and to be said when it comes to nothing.</summary>
    public VatCategory? VatCategory { get; init; }

    /// <summary>Why nothing is charged, for the client to read.</summary>
    public string? ExemptionReason { get; init; }

    /// <summary>What its rates come to.</summary>
    public Percent Rate => new(Rates.Sum(part => part.Rate.Millionths));
}
