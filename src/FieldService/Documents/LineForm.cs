using System.ComponentModel.DataAnnotations;
using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>A line as it is sent in. Without a tax rate it follows the document's.</summary>
/// <param name="SortOrder">Where it stands; lines without one, or with the same one, keep the order they were sent in.</param>
public sealed record LineForm(
    [property: Required, StringLength(LineForm.LongestDescription)] string? Description,
    [property: Required] Quantity? Quantity,
    [property: Required] Money? UnitPriceCents,
    Percent? TaxRate = null,
    int? SortOrder = null)
{
    public const int LongestDescription = 1000;
}
