using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.PriceBook;

/// <summary>An item as it was when something was made from it. What is made from it keeps this, whatever becomes of the item.</summary>
internal sealed record ItemSnapshot(PriceBookItemId Item, string Code, string Description, string Unit, decimal? UnitCost, decimal UnitPrice, Percent? TaxRate)
{
    public static ItemSnapshot Of(PriceBookItem item) => new(
        item.Id, item.Code, item.Description is null ? item.Name : $"{item.Name}\n{item.Description}", item.Unit, item.UnitCost, item.UnitPrice, item.TaxRate);

    public LineForm Line(Quantity quantity) => PricedLine.Of(Description, quantity, Unit, UnitPrice, TaxRate);
}

/// <summary>Turns what was sold into a line of a document.</summary>
internal static class PricedLine
{
    /// <summary>The line for so many units at a price. Without a tax rate it follows the document's tax.</summary>
    public static LineForm Of(string description, Quantity quantity, string unit, decimal price, Percent? taxRate) =>
        new(description, quantity, null, taxRate) { Unit = unit, UnitPrice = UnitPrice.Of(price) };
}
