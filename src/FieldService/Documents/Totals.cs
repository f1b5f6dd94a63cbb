using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>
/// What a document comes to. Computed here once, when the document is written, and stored; screens, PDF and reports read what is stored.
/// Every line is rounded to a cent, then the tax of each rate on the sum of its lines, each half a cent away from zero (EN 16931).
/// </summary>
internal sealed record Totals(IReadOnlyList<Line> Lines, IReadOnlyList<TaxGroup> Taxes, Money Subtotal, Money Tax)
{
    public const int MostLines = 200;

    /// <summary>
    /// The largest unit price, line total or flat rate: a cent less than a billion. 200 such lines with 100 % tax stay below 2^53, so neither a sum
    /// here nor a browser's number can be wrong.
    /// </summary>
    public static readonly Money Most = new(99_999_999_999);

    public Money Total => Subtotal + Tax;

    /// <param name="rate">The document's rate, for the lines that have none of their own and for the flat rate.</param>
    /// <param name="flatRate">One price for the whole; then lines are not part of the document.</param>
    /// <exception cref="RuleException">VALIDATION_ERROR, naming the line and the field.</exception>
    public static Totals Of(Percent rate, Money? flatRate, IReadOnlyList<LineForm> lines) => flatRate is { } price ? Flat(rate, price) : Itemised(rate, lines);

    private static Totals Flat(Percent rate, Money price)
    {
        if (price < Money.Zero || price > Most) throw DocumentRules.AmountOutOfRange("flat_rate_cents");

        return Sum([], [new TaxGroup(rate, price, price * rate)]);
    }

    private static Totals Itemised(Percent rate, IReadOnlyList<LineForm> forms)
    {
        if (forms.Count > MostLines) throw DocumentRules.TooManyLines();

        var lines = forms.Select((form, i) => (Line: Priced(form, i, rate), Place: form.SortOrder ?? i)).OrderBy(placed => placed.Place).Select(placed => placed.Line).ToList();
        var taxes = lines
            .GroupBy(line => line.TaxRate, (of, group) => (Rate: of, Base: group.Aggregate(Money.Zero, (sum, line) => sum + line.Total)))
            .OrderBy(group => group.Rate.Millionths)
            .Select(group => new TaxGroup(group.Rate, group.Base, group.Base * group.Rate))
            .ToList();
        return Sum(lines, taxes);
    }

    private static Line Priced(LineForm? form, int index, Percent rate)
    {
        if (form is null) throw DocumentRules.NoLine(index);
        if (form.Description is not { Length: > 0 and <= LineForm.LongestDescription } description) throw DocumentRules.LineWithoutDescription(index);
        if (form.Quantity is not { Hundredths: > 0 } quantity || quantity.Amount > Quantity.Most) throw DocumentRules.LineWithoutQuantity(index);
        if (form.UnitPriceCents is not { } price || price < Money.Zero || price > Most) throw DocumentRules.AmountOutOfRange($"line_items[{index}].unit_price_cents");
        // Checked before it is multiplied: the largest price times the largest quantity does not fit.
        if ((decimal)price.Cents * quantity.Amount > Most.Cents) throw DocumentRules.LineTooLarge(index);

        return new Line(description, quantity, price, form.TaxRate ?? rate, form.TaxRate is not null, price * quantity);
    }

    private static Totals Sum(IReadOnlyList<Line> lines, IReadOnlyList<TaxGroup> taxes) => new(
        lines,
        taxes,
        taxes.Aggregate(Money.Zero, (sum, group) => sum + group.BaseCents),
        taxes.Aggregate(Money.Zero, (sum, group) => sum + group.TaxCents));
}
