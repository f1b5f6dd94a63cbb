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
    /// <summary>
    /// The line for so many units at a price. A document's line holds whole cents per unit; a finer price becomes one unit of the rounded total, and the words
    /// say how it came about, so that the amount is right to the cent either way.
    /// </summary>
    /// <exception cref="RuleException">VALIDATION_ERROR: it comes to more than a line can hold.</exception>
    public static LineForm Of(string description, Quantity quantity, string unit, decimal price, Percent? taxRate)
    {
        var cents = price * 100m;
        if (cents == decimal.Truncate(cents)) return new(description, quantity, new Money((long)cents), taxRate);

        var total = decimal.Round(cents * quantity.Amount, MidpointRounding.AwayFromZero);
        if (total > Totals.Most.Cents) throw new RuleException("VALIDATION_ERROR", $"Quantity times unit price is more than {Totals.Most.Cents} cents.") { Field = "quantity" };

        var how = $" ({quantity} {unit} at {PriceText.Of(price)})";
        var room = LineForm.LongestDescription - how.Length;
        return new((description.Length <= room ? description : description[..room]) + how, Quantity.Of(1), new Money((long)total), taxRate);
    }
}
