using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.PriceBook;

public readonly record struct PriceBookItemId(Guid Value) : IId
{
    public static PriceBookItemId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out PriceBookItemId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum ItemKind { Service, Material }

/// <summary>
/// Something the company sells or uses. Among those that are not archived a code is there once, whatever the case of its letters. What a document or a part has
/// copied from an item no longer changes with it.
/// </summary>
/// <param name="UnitCost">What one unit costs the company, in its currency; null when nobody knows. Technicians never see it.</param>
/// <param name="UnitPrice">What one unit is sold for, in the company's currency, before tax.</param>
/// <param name="TaxRate">The rate of a line made from it; null follows the document.</param>
public sealed record PriceBookItem(
    PriceBookItemId Id, AccountId AccountId, ItemKind Kind, string Code, string Name, string? Description, string Unit,
    [property: JsonConverter(typeof(PriceText)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? UnitCost,
    [property: JsonConverter(typeof(PriceText))] decimal UnitPrice,
    string? Category, Percent? TaxRate, int? LabourMinutes, DateTimeOffset? ArchivedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <summary>The item as this person may see it.</summary>
    internal PriceBookItem For(CurrentUser user) => user.IsOffice ? this : this with { UnitCost = null };
}
