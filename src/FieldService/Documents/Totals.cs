using Outpost.FieldService.Accounts;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>
/// What a document comes to. Computed here once, when the document is written, and stored; screens, PDF and reports read what is stored.
/// Every line is rounded to a cent, then the tax of each group on the sum of its lines or on each of them, half a cent away from zero (EN 16931). The
/// discount of the whole is shared among the groups and in each among its lines, so that no cent of it is lost.
/// </summary>
/// <param name="Subtotal">What is taxed: lines less discounts, without tax.</param>
internal sealed record Totals(IReadOnlyList<Line> Lines, IReadOnlyList<TaxGroup> Taxes, Money Subtotal, Money Tax)
{
    public const int MostLines = 200;

    /// <summary>
    /// The largest unit price, line total or flat rate: a cent less than a billion. 200 such lines with 100 % tax stay below 2^53, so neither a sum
    /// here nor a browser's number can be wrong.
    /// </summary>
    public static readonly Money Most = new(99_999_999_999);

    private static readonly UnitPrice MostPrice = UnitPrice.Of(Most);

    public Pricing Pricing { get; init; } = Pricing.Plain;

    /// <summary>The tax of lines that have none of their own.</summary>
    public Percent TaxRate { get; init; }

    public Money Total => Subtotal + Tax;

    /// <summary>What the chosen lines or the flat rate come to before the document's discount.</summary>
    public Money Items => (Pricing.PricesIncludeTax ? Total : Subtotal) + Pricing.DiscountAmount;

    /// <summary>A plain document: prices without tax, no discount on the whole.</summary>
    /// <param name="rate">The document's rate, for the lines that have none of their own and for the flat rate.</param>
    /// <param name="flatRate">One price for the whole; then lines are not part of the document.</param>
    /// <exception cref="RuleException">VALIDATION_ERROR, naming the line and the field.</exception>
    public static Totals Of(Percent rate, Money? flatRate, IReadOnlyList<LineForm> lines) =>
        Of(AppliedTax.Bare(rate), Pricing.Plain, flatRate, lines, new Dictionary<TaxGroupId, AppliedTax>());

    /// <param name="tax">The document's tax, for the lines that have none of their own and for the flat rate.</param>
    /// <param name="asked">How prices are meant and what is let off; what the discount comes to is computed here.</param>
    /// <param name="known">The groups that lines may name.</param>
    /// <exception cref="RuleException">VALIDATION_ERROR, naming the line and the field.</exception>
    public static Totals Of(AppliedTax tax, Pricing asked, Money? flatRate, IReadOnlyList<LineForm> forms, IReadOnlyDictionary<TaxGroupId, AppliedTax> known)
    {
        if (flatRate is { } price)
        {
            if (price < Money.Zero || price > Most) throw DocumentRules.AmountOutOfRange("flat_rate_cents");
            forms = [];
        }

        if (forms.Count > MostLines) throw DocumentRules.TooManyLines();

        var lines = forms
            .Select((form, i) => (Line: Priced(form, i, tax, known, out var own), Tax: own, Place: form.SortOrder ?? i))
            .OrderBy(placed => placed.Place)
            .Select(placed => (placed.Line, placed.Tax))
            .ToList();
        List<(Money Amount, AppliedTax Tax)> items = flatRate is { } flat ? [(flat, tax)] : [.. lines.Select(line => (line.Line.Counted, line.Tax))];
        if (items.FirstOrDefault(item => item.Tax.Rate.Millionths > 1_000_000) is { Tax: { } tooMuch }) throw DocumentRules.TaxIsTooMuch(tooMuch.Name);

        var discount = DiscountOn(items.Aggregate(Money.Zero, (sum, item) => sum + item.Amount), asked.DiscountPercent, asked.DiscountCents, "");
        var shares = Shared(discount, items);
        var taxes = items.Zip(shares, (item, share) => (item.Tax, Taxable: item.Amount - share))
            .GroupBy(item => (item.Tax.Rate, item.Tax.Name))
            .OrderBy(group => group.Key.Rate.Millionths).ThenBy(group => group.Key.Name, StringComparer.Ordinal)
            .Select(group => Taxed(group.First().Tax, [.. group.Select(item => item.Taxable)], asked))
            .ToList();

        return new(
            flatRate is null ? [.. lines.Zip(shares, (line, share) => line.Line with { DiscountShare = share })] : [],
            taxes,
            taxes.Aggregate(Money.Zero, (sum, group) => sum + group.BaseCents),
            taxes.Aggregate(Money.Zero, (sum, group) => sum + group.TaxCents))
        {
            TaxRate = tax.Rate,
            Pricing = asked with { TaxGroup = tax.Group, TaxName = tax.Name, DiscountAmount = discount },
        };
    }

    private static Line Priced(LineForm? form, int index, AppliedTax documents, IReadOnlyDictionary<TaxGroupId, AppliedTax> known, out AppliedTax tax)
    {
        if (form is null) throw DocumentRules.NoLine(index);

        var where = $"line_items[{index}].";
        if (form.Description is not { Length: > 0 and <= LineForm.LongestDescription } description) throw DocumentRules.LineWithoutDescription(index);
        if (form.Quantity is not { Hundredths: > 0 } quantity || quantity.Amount > Quantity.Most) throw DocumentRules.LineWithoutQuantity(index);
        if (form.Unit is { Length: > LineForm.LongestUnit }) throw DocumentRules.UnitTooLong(index);

        var price = PriceOf(form, where);
        // Checked before it is multiplied: the largest price times the largest quantity does not fit.
        if (price.Amount * quantity.Amount * 100m > Most.Cents) throw DocumentRules.LineTooLarge(index);

        var gross = price * quantity;
        var discount = DiscountOn(gross, form.DiscountPercent, form.DiscountCents, where);
        var own = AppliedTax.Named(form.TaxGroupId, form.TaxRate, known, where);
        tax = own ?? documents;
        var optional = form.Optional ?? false;
        if (!optional && form.Chosen is false) throw DocumentRules.OnlyOptionalIsLeftOut(index);

        return new(description, quantity, price, tax.Rate, own is not null, gross - discount)
        {
            Unit = form.Unit,
            DiscountPercent = form.DiscountPercent,
            DiscountCents = form.DiscountCents,
            DiscountAmount = discount,
            TaxGroup = own?.Group,
            TaxName = tax.Name,
            Optional = optional,
            Chosen = form.Chosen ?? true,
        };
    }

    private static UnitPrice PriceOf(LineForm form, string where)
    {
        if (form.UnitPriceCents is { } cents && (cents < Money.Zero || cents > Most)) throw DocumentRules.AmountOutOfRange($"{where}unit_price_cents");
        if (form.UnitPrice is not { } price) return form.UnitPriceCents is { } whole ? UnitPrice.Of(whole) : throw DocumentRules.LineWithoutPrice(where);
        if (price.TenThousandths < 0 || price.TenThousandths > MostPrice.TenThousandths) throw DocumentRules.AmountOutOfRange($"{where}unit_price");

        return form.UnitPriceCents is null || form.UnitPriceCents == price.InCents ? price : throw DocumentRules.TwoPrices($"{where}unit_price");
    }

    private static Money DiscountOn(Money amount, Percent? share, Money? fixedAmount, string where)
    {
        if (share is not null && fixedAmount is not null) throw DocumentRules.TwoDiscounts($"{where}discount_cents");
        if (fixedAmount is { } cents) return cents >= Money.Zero && cents <= amount ? cents : throw DocumentRules.DiscountOutOfRange($"{where}discount_cents", amount);

        return share is { } percent ? amount * percent : Money.Zero;
    }

    // First among what is taxed alike, so that each group carries its part to the cent, then inside each.
    private static Money[] Shared(Money discount, List<(Money Amount, AppliedTax Tax)> items)
    {
        var shares = new Money[items.Count];
        if (discount == Money.Zero) return shares;

        var groups = items.Select((item, place) => (item.Amount, item.Tax, Place: place)).GroupBy(item => (item.Tax.Rate, item.Tax.Name)).Select(group => group.ToList()).ToList();
        var parts = discount.Share([.. groups.Select(group => group.Aggregate(Money.Zero, (sum, item) => sum + item.Amount))]);
        for (var g = 0; g < groups.Count; g++)
        {
            var inside = parts[g].Share([.. groups[g].Select(item => item.Amount)]);
            for (var i = 0; i < inside.Length; i++) shares[groups[g][i].Place] = inside[i];
        }

        return shares;
    }

    private static TaxGroup Taxed(AppliedTax tax, IReadOnlyList<Money> amounts, Pricing asked)
    {
        Money Of(Money amount) => asked.PricesIncludeTax ? amount.Within(tax.Rate) : amount * tax.Rate;

        var sum = amounts.Aggregate(Money.Zero, (all, amount) => all + amount);
        var cents = asked.Rounding is TaxRounding.Line ? amounts.Aggregate(Money.Zero, (all, amount) => all + Of(amount)) : Of(sum);
        var group = new TaxGroup(tax.Rate, asked.PricesIncludeTax ? sum - cents : sum, cents) { Name = tax.Name is "" ? null : tax.Name };
        if (tax.Parts.Count == 0) return group;

        var parts = cents.Share([.. tax.Parts.Select(part => new Money(part.Rate.Millionths))]);
        return group with { Components = [.. tax.Parts.Zip(parts, (part, share) => new TaxComponent(part.Name, part.Rate, share))] };
    }
}
