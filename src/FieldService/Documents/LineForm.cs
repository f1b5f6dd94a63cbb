using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>A line as it is sent in. Without a tax of its own it follows the document's.</summary>
/// <param name="UnitPriceCents">The price in whole cents, as it was published first; <see cref="UnitPrice"/> says it with four decimals. One of them is needed, and two that differ are refused.</param>
/// <param name="SortOrder">Where it stands; lines without one, or with the same one, keep the order they were sent in.</param>
public sealed record LineForm(
    [property: Required, StringLength(LineForm.LongestDescription)] string? Description,
    [property: Required] Quantity? Quantity,
    Money? UnitPriceCents = null,
    Percent? TaxRate = null,
    int? SortOrder = null)
{
    public const int LongestDescription = 1000;
    public const int LongestUnit = 20;

    /// <summary>The price with up to four decimals of the currency's unit.</summary>
    public UnitPrice? UnitPrice { get; init; }

    /// <summary>What one of it is: h, m, pcs.</summary>
    [StringLength(LongestUnit)]
    public string? Unit { get; init; }

    /// <summary>A share of the line that is let off, or else <see cref="DiscountCents"/>.</summary>
    public Percent? DiscountPercent { get; init; }

    public Money? DiscountCents { get; init; }

    /// <summary>A tax group of the company, or else <see cref="TaxRate"/>.</summary>
    public TaxGroupId? TaxGroupId { get; init; }

    /// <summary>The client may take it or leave it. Only on an estimate.</summary>
    public bool? Optional { get; init; }

    /// <summary>Whether an optional line is proposed to be taken; it counts only then. Taken when nothing is said.</summary>
    public bool? Chosen { get; init; }
}
