using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Papers;

/// <summary>What the papers with lines, taxes and a total have in common.</summary>
internal static class MoneyPaper
{
    public static Paper.Table Lines(Letterhead from, IEnumerable<Paper.Row> rows) => new(
        null,
        [new(from.Say["portal.description"]), new(from.Say["portal.quantity"], true), new(from.Say["portal.price"], true), new(from.Say["portal.tax"], true), new(from.Say["portal.amount"], true)],
        [.. rows]);

    /// <summary>The one line of a job at a flat rate.</summary>
    public static Paper.Row Line(Letterhead from, string? job, Percent rate, Money flat) =>
        Line(from, job ?? from.Say["paper.as.agreed"], null, null, null, rate, Money.Zero, flat, from.Say["paper.flat"]);

    public static Paper.Row Line(Letterhead from, LineItem line, string? remark = null) => Line(
        from, line.Description, line.Quantity, line.Unit, line.UnitPrice, line.TaxRate, line.DiscountAmountCents, line.TotalCents, remark);

    public static Paper.Row Line(Letterhead from, string description, Quantity? quantity, string? unit, UnitPrice? price, Percent rate, Money discount, Money total, string? remark = null) => new(
        [
            description,
            quantity is { } amount ? from.Say.Amount(amount) + (unit is null ? "" : $" {unit}") : "",
            price is { } each ? each == UnitPrice.Of(each.InCents) ? from.In(each.InCents) : from.Say.Price(each) : "",
            rate.Millionths == 0 ? "–" : from.Say.Rate(rate),
            from.In(total),
        ],
        string.Join(", ", new[] { remark, discount > Money.Zero ? from.Say.Of("paper.less", from.In(discount)) : null }.OfType<string>()) is { Length: > 0 } said ? said : null);

    /// <summary>From the discount to the total, as they are stored.</summary>
    public static List<Paper.Sum> Sums(Letterhead from, Money discount, Money subtotal, IReadOnlyList<TaxGroup> taxes, Money tax, Money total, bool pricesIncludeTax)
    {
        var sums = new List<Paper.Sum>();
        if (discount > Money.Zero) sums.Add(new(from.Say["paper.discount"], from.In(Money.Zero - discount)));
        sums.Add(new(from.Say[pricesIncludeTax ? "paper.net" : "portal.subtotal"], from.In(subtotal)));
        sums.AddRange(taxes.Where(group => group.Rate.Millionths > 0).Select(group => new Paper.Sum(from.Say.Of("paper.tax.on", group.Name ?? from.Say["portal.tax"], from.Say.Rate(group.Rate), from.In(group.BaseCents)), from.In(group.TaxCents))));
        if (taxes.Count == 0 && tax > Money.Zero) sums.Add(new(from.Say["portal.tax"], from.In(tax)));
        sums.Add(new(from.Say["portal.total"], from.In(total), IsTotal: true));
        return sums;
    }

    public static IEnumerable<Paper.Passage> Remarks(Letterhead from, string? notes, bool pricesIncludeTax)
    {
        if (notes is not null) yield return new(null, notes);
        if (pricesIncludeTax) yield return new(null, from.Say["paper.tax.inside"]);
    }
}
