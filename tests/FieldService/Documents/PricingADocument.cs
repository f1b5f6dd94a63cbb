using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Documents;

/// <summary>Discounts, options, named taxes and prices that include them. The examples are worked out by hand, as EN 16931 has them.</summary>
public sealed class PricingADocument
{
    private static readonly TaxGroupId Sales = TaxGroupId.New();
    private static readonly TaxGroupId Vat = TaxGroupId.New();

    internal static readonly IReadOnlyDictionary<TaxGroupId, AppliedTax> Known = new Dictionary<TaxGroupId, AppliedTax>
    {
        [Sales] = new("Sales tax", Rate(5.25m), [new("State", Rate(4)), new("County", Rate(1.25m))], Sales),
        [Vat] = new("VAT", Rate(19), [new("VAT", Rate(19))], Vat),
    };

    [Fact]
    public void Three_at_33_3333_are_100()
    {
        var totals = Of(Pricing.Plain, Line("3", "33.3333"));

        Assert.Equal((100_00, 0, 100_00), Amounts(totals));
        Assert.Equal(33_33, totals.Lines[0].UnitPrice.InCents.Cents);
    }

    [Fact]
    public void A_tax_is_rounded_once_on_its_group_and_its_parts_come_to_it()
    {
        // 5.25 % of 10.10 is 0.53025: 0.53, of which the state has 0.40381 and the county 0.12619.
        var totals = Of(Pricing.Plain, Line("1", "10.10") with { TaxGroupId = Sales });

        Assert.Equal((10_10, 53, 10_63), Amounts(totals));
        Assert.Equal([("State", 40L), ("County", 13L)], totals.Taxes.Single().Components!.Select(part => (part.Name, part.TaxCents.Cents)));
        Assert.Equal("Sales tax", totals.Taxes.Single().Name);
    }

    [Fact]
    public void A_price_that_includes_19_per_cent_holds_19_of_119()
    {
        var gross = Pricing.Plain with { PricesIncludeTax = true };

        Assert.Equal((100_00, 19_00, 119_00), Amounts(Of(gross, Line("1", "119.00") with { TaxRate = Rate(19) })));
        // 9.99 holds 1.59504: the net is what remains, so that both are 9.99 again.
        Assert.Equal((8_39, 1_60, 9_99), Amounts(Of(gross, Line("1", "9.99") with { TaxRate = Rate(19) })));
    }

    [Fact]
    public void Rounding_by_line_rounds_each_and_by_document_the_sum()
    {
        // 9.975 % of 0.10 is 0.009975: a cent on each line, 2.9925 cents together.
        var lines = new[] { Line("1", "0.10"), Line("1", "0.10"), Line("1", "0.14") }.Select(line => line with { TaxRate = Rate(9.975m) }).ToArray();

        Assert.Equal(3, Of(Pricing.Plain, lines).Tax.Cents);
        Assert.Equal(3, Of(Pricing.Plain with { Rounding = TaxRounding.Line }, lines).Tax.Cents);
        var halves = Enumerable.Repeat(Line("1", "0.10") with { TaxRate = Rate(5) }, 3).ToArray();
        Assert.Equal((2, 3), (Of(Pricing.Plain, halves).Tax.Cents, Of(Pricing.Plain with { Rounding = TaxRounding.Line }, halves).Tax.Cents));
    }

    [Fact]
    public void A_discount_is_shared_among_what_is_taxed_differently_to_the_cent()
    {
        // 10.00 off 30.00 at 19 %, 20.00 at 5.25 % and 50.01 at nothing: 3.00, 2.00 and 5.00.
        var totals = Of(Pricing.Plain with { DiscountCents = new(10_00) },
            Line("1", "30") with { TaxGroupId = Vat }, Line("1", "20") with { TaxGroupId = Sales }, Line("1", "50.01"));

        Assert.Equal([(0, 45_01L, 0L), (52_500, 18_00, 95), (190_000, 27_00, 5_13)], totals.Taxes.Select(t => (t.Rate.Millionths, t.BaseCents.Cents, t.TaxCents.Cents)));
        Assert.Equal((90_01, 6_08, 96_09), Amounts(totals));
        Assert.Equal((100_01, 10_00), (totals.Items.Cents, totals.Pricing.DiscountAmount.Cents));
    }

    [Fact]
    public void A_line_has_its_own_discount_first()
    {
        var totals = Of(Pricing.Plain with { DiscountPercent = Rate(10) }, Line("3", "3.33") with { DiscountPercent = Rate(12.5m) }, Line("1", "5") with { DiscountCents = new(1_00) });

        // 9.99 - 1.24875 (1.25) = 8.74; 4.00; a tenth of 12.74 is 1.27.
        Assert.Equal([(1_25L, 8_74L), (1_00, 4_00)], totals.Lines.Select(l => (l.DiscountAmount.Cents, l.Total.Cents)));
        Assert.Equal((1_27, 11_47), (totals.Pricing.DiscountAmount.Cents, totals.Total.Cents));
    }

    [Fact]
    public void A_flat_rate_is_discounted_and_taxed_like_a_line()
    {
        var totals = Totals.Of(Known[Vat], Pricing.Plain with { PricesIncludeTax = true, DiscountPercent = Rate(50) }, new Money(238_00), [], Known);

        Assert.Equal((100_00, 19_00, 119_00), Amounts(totals));
        Assert.Equal((238_00, 119_00), (totals.Items.Cents, totals.Pricing.DiscountAmount.Cents));
    }

    [Fact]
    public void An_option_that_is_not_taken_counts_nothing_and_keeps_its_tax_for_when_it_is()
    {
        var totals = Of(Pricing.Plain, Line("1", "10"), Line("1", "90") with { Optional = true, Chosen = false, TaxGroupId = Vat });

        Assert.Equal((10_00, 0, 10_00), Amounts(totals));
        Assert.Equal((90_00, false), (totals.Lines[1].Total.Cents, totals.Lines[1].Chosen));
        Assert.Equal((0, 0, "VAT"), (totals.Taxes[1].BaseCents.Cents, totals.Taxes[1].TaxCents.Cents, totals.Taxes[1].Name));
    }

    [Theory]
    [InlineData("line_items[0].unit_price")]
    [InlineData("line_items[0].discount_cents")]
    [InlineData("line_items[0].tax_rate")]
    [InlineData("line_items[0].chosen")]
    [InlineData("line_items[0].unit")]
    [InlineData("discount_cents")]
    [InlineData("tax_group_id")]
    public void What_contradicts_itself_is_refused_by_name(string field)
    {
        var line = Line("1", "10.00");
        var (form, pricing) = field switch
        {
            "line_items[0].unit_price" => (line with { UnitPriceCents = new(10_01) }, Pricing.Plain),
            "line_items[0].discount_cents" => (line with { DiscountCents = new(10_01) }, Pricing.Plain),
            "line_items[0].tax_rate" => (line with { TaxGroupId = Sales, TaxRate = Rate(5) }, Pricing.Plain),
            "line_items[0].chosen" => (line with { Chosen = false }, Pricing.Plain),
            "line_items[0].unit" => (line with { Unit = new string('x', 21) }, Pricing.Plain),
            "discount_cents" => (line, Pricing.Plain with { DiscountCents = new(1), DiscountPercent = Rate(1) }),
            _ => (line, Pricing.Plain),
        };
        var tax = field is "tax_group_id" ? new AppliedTax("Too much", new(1_000_001), [], Sales) : AppliedTax.Bare(Percent.Zero);

        var refusal = Assert.Throws<RuleException>(() => Totals.Of(tax, pricing, null, [form], Known));

        Assert.Equal(("VALIDATION_ERROR", field), (refusal.Code, refusal.Field));
    }

    [Fact]
    public void Both_ways_to_write_a_price_may_be_sent_when_they_agree() =>
        Assert.Equal(100_00, Of(Pricing.Plain, Line("3", "33.3333") with { UnitPriceCents = new(33_33) }).Total.Cents);

    [Fact]
    public void A_document_is_the_sum_of_its_parts_however_it_is_priced() => Check((paper, totals) =>
        totals.Subtotal.Cents == totals.Taxes.Sum(t => t.BaseCents.Cents)
        && totals.Tax.Cents == totals.Taxes.Sum(t => t.TaxCents.Cents)
        && totals.Taxes.All(t => t.Components is null || t.Components.Sum(part => part.TaxCents.Cents) == t.TaxCents.Cents)
        && totals.Items.Cents == totals.Lines.Sum(l => l.Counted.Cents)
        && (paper.Pricing.PricesIncludeTax ? totals.Total : totals.Subtotal) == totals.Items - totals.Pricing.DiscountAmount);

    [Fact]
    public void A_discount_loses_no_cent_and_takes_no_line_below_nothing() => Check((_, totals) =>
        totals.Lines.Sum(l => l.DiscountShare.Cents) == totals.Pricing.DiscountAmount.Cents
        && totals.Lines.All(l => l.DiscountShare >= Money.Zero && l.DiscountShare <= l.Counted)
        && totals.Taxes.All(t => t.BaseCents >= Money.Zero && t.TaxCents >= Money.Zero));

    [Fact]
    public void Each_group_bears_its_part_of_the_discount_to_within_a_cent() => Check((paper, totals) => totals.Items == Money.Zero || totals.Taxes.All(t =>
    {
        var lines = totals.Lines.Where(l => l.TaxRate == t.Rate && (l.TaxName is "" ? null : l.TaxName) == t.Name).ToList();
        var fair = (decimal)totals.Pricing.DiscountAmount.Cents * lines.Sum(l => l.Counted.Cents) / totals.Items.Cents;
        var taxable = lines.Sum(l => l.Counted.Cents - l.DiscountShare.Cents);
        return Math.Abs(lines.Sum(l => l.DiscountShare.Cents) - fair) < 1m && taxable == t.BaseCents.Cents + (paper.Pricing.PricesIncludeTax ? t.TaxCents.Cents : 0);
    }));

    [Fact]
    public void Rounded_by_document_a_tax_is_within_half_a_cent_of_the_truth() => Check((paper, totals) =>
        paper.Pricing.Rounding is TaxRounding.Line || totals.Taxes.All(t =>
        {
            var rate = t.Rate.Percentage / 100m;
            var exact = paper.Pricing.PricesIncludeTax ? (t.BaseCents.Cents + t.TaxCents.Cents) * rate / (1 + rate) : t.BaseCents.Cents * rate;
            return Math.Abs(t.TaxCents.Cents - exact) <= 0.5000001m;
        }));

    [Fact]
    public void What_was_stored_and_is_sent_in_again_comes_to_the_same() => Check((paper, totals) =>
    {
        var again = Totals.Of(paper.Tax, paper.Pricing, null, [.. totals.Lines.Select((line, place) => new LineForm(line.Description, line.Quantity, null, line.HasOwnTaxRate && line.TaxGroup is null ? line.TaxRate : null, place)
        {
            Unit = line.Unit, UnitPrice = line.UnitPrice, DiscountPercent = line.DiscountPercent, DiscountCents = line.DiscountCents, TaxGroupId = line.TaxGroup, Optional = line.Optional, Chosen = line.Chosen,
        })], Known);
        return again.Total == totals.Total && again.Lines.SequenceEqual(totals.Lines);
    });

    internal static string NameOf(TaxGroupId group) => Known[group].Name;

    internal sealed record Paper(AppliedTax Tax, Pricing Pricing, LineForm[] Lines);

    /// <summary>Any document that can be written: every kind of discount, tax, rounding and option together.</summary>
    internal static Gen<Paper> Papers() =>
        from tax in Gen.Elements(AppliedTax.Bare(Percent.Zero), AppliedTax.Bare(Rate(9.975m)), Known[Sales], Known[Vat])
        from included in Gen.Elements(true, false)
        from rounding in Gen.Elements(TaxRounding.Document, TaxRounding.Line)
        from count in Gen.Choose(1, 9)
        from lines in LineForms().ArrayOf(count)
        from off in Gen.Choose(0, 3)
        from share in Gen.Choose(0, 1_000_000)
        let items = Of(Pricing.Plain, lines).Items
        select new Paper(tax, Pricing.Plain with
        {
            PricesIncludeTax = included,
            Rounding = rounding,
            DiscountPercent = off == 1 ? new Percent(share) : null,
            DiscountCents = off == 2 ? items * new Percent(share) : null,
        }, lines);

    private static Gen<LineForm> LineForms() =>
        from hundredths in Gen.Choose(1, 50_000)
        from price in Gen.Choose(0, 9_999_999)
        from tax in Gen.Choose(0, 4)
        from off in Gen.Choose(0, 3)
        from share in Gen.Choose(0, 1_000_000)
        from option in Gen.Choose(0, 3)
        let quantity = new Quantity(hundredths)
        let each = new UnitPrice(price)
        select new LineForm("Work", quantity, null, tax switch { 1 => Rate(7), 2 => Percent.Zero, _ => null })
        {
            UnitPrice = each,
            Unit = "h",
            TaxGroupId = tax switch { 3 => Sales, 4 => Vat, _ => null },
            DiscountPercent = off == 1 ? new Percent(share) : null,
            DiscountCents = off == 2 ? (each * quantity) * new Percent(share) : null,
            Optional = option > 1,
            Chosen = option != 3,
        };

    private static void Check(Func<Paper, Totals, bool> holds) =>
        Prop.ForAll(Papers().ToArbitrary(), paper => holds(paper, Totals.Of(paper.Tax, paper.Pricing, null, paper.Lines, Known))).QuickCheckThrowOnFailure();

    private static Totals Of(Pricing pricing, params LineForm[] lines) => Totals.Of(AppliedTax.Bare(Percent.Zero), pricing, null, lines, Known);

    private static LineForm Line(string quantity, string price) =>
        new("Work", Quantity.Of(decimal.Parse(quantity, CultureInfo.InvariantCulture))) { UnitPrice = UnitPrice.Of(decimal.Parse(price, CultureInfo.InvariantCulture)) };

    private static Percent Rate(decimal percentage) => Percent.Of(percentage);

    private static (long, long, long) Amounts(Totals totals) => (totals.Subtotal.Cents, totals.Tax.Cents, totals.Total.Cents);
}
