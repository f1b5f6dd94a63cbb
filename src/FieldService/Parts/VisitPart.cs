using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Parts;

public readonly record struct PartId(Guid Value) : IId
{
    public static PartId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out PartId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>
/// Something that was used on a visit, with the words, the cost and the price of that moment: what happens to the price book afterwards does not change it. What
/// an invoice charges for does not change any more.
/// </summary>
/// <param name="UnitCost">Null until somebody knows. Technicians never see it.</param>
/// <param name="UnitPrice">Null until the office has priced it; then it cannot be billed yet.</param>
public sealed record VisitPart(
    PartId Id, AccountId AccountId, VisitId VisitId, JobId JobId, PriceBookItemId? PriceBookItemId, string? Code, string Description, string Unit, Quantity Quantity,
    [property: JsonConverter(typeof(PriceText)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? UnitCost,
    [property: JsonConverter(typeof(PriceText))] decimal? UnitPrice,
    Percent? TaxRate, bool IsBillable, DateOnly UsedOn, UserId RecordedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    private const decimal MostOfAll = 1_000_000_000;

    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <summary>True when an invoice that is not void charges for it.</summary>
    public bool IsBilled { get; init; }

    /// <exception cref="RuleException">VALIDATION_ERROR: the whole of it is more than a line can hold.</exception>
    internal void SeeThatItFits()
    {
        if (UnitCost * Quantity.Amount >= MostOfAll || UnitPrice * Quantity.Amount >= MostOfAll) throw PartRules.TooMuch();
    }

    /// <summary>The part as this person may see it.</summary>
    internal VisitPart For(CurrentUser user) => user.IsOffice ? this : this with { UnitCost = null };
}
