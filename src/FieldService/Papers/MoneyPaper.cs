using Outpost.FieldService.Documents;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;

namespace Outpost.FieldService.Papers;

/// <summary>What the papers with lines, taxes and a total have in common.</summary>
internal static class MoneyPaper
{
    private static readonly Paper.Column[] Columns = [new("Description"), new("Quantity", true), new("Price", true), new("Tax", true), new("Amount", true)];

    public static Paper.Table Lines(IEnumerable<Paper.Row> rows) => new(null, Columns, [.. rows]);

    public static Paper.Row Line(LineItem line, string currency, string? remark = null) => Line(
        line.Description, line.Quantity, line.Unit, line.UnitPrice, line.TaxRate, line.DiscountAmountCents, line.TotalCents, currency, remark);

    public static Paper.Row Line(string description, Quantity? quantity, string? unit, UnitPrice? price, Percent rate, Money discount, Money total, string currency, string? remark = null) => new(
        [
            description,
            quantity is { } amount ? Shown.Amount(amount) + (unit is null ? "" : $" {unit}") : "",
            price is { } each ? each == UnitPrice.Of(each.InCents) ? each.InCents.In(currency) : each.ToString() : "",
            rate.Millionths == 0 ? "–" : Shown.Rate(rate),
            total.In(currency),
        ],
        string.Join(", ", new[] { remark, discount > Money.Zero ? $"less {discount.In(currency)}" : null }.OfType<string>()) is { Length: > 0 } said ? said : null);

    /// <summary>From the discount to the total, as they are stored.</summary>
    public static List<Paper.Sum> Sums(Money discount, Money subtotal, IReadOnlyList<TaxGroup> taxes, Money tax, Money total, bool pricesIncludeTax, string currency)
    {
        var sums = new List<Paper.Sum>();
        if (discount > Money.Zero) sums.Add(new("Discount", (Money.Zero - discount).In(currency)));
        sums.Add(new(pricesIncludeTax ? "Net" : "Subtotal", subtotal.In(currency)));
        sums.AddRange(taxes.Where(group => group.Rate.Millionths > 0).Select(group => new Paper.Sum($"{group.Name ?? "Tax"} {Shown.Rate(group.Rate)} on {group.BaseCents.In(currency)}", group.TaxCents.In(currency))));
        if (taxes.Count == 0 && tax > Money.Zero) sums.Add(new("Tax", tax.In(currency)));
        sums.Add(new("Total", total.In(currency), IsTotal: true));
        return sums;
    }

    public static IEnumerable<Paper.Passage> Remarks(string? notes, bool pricesIncludeTax)
    {
        if (notes is not null) yield return new(null, notes);
        if (pricesIncludeTax) yield return new(null, "Prices include tax.");
    }
}
