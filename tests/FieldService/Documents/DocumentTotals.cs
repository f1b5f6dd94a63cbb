using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Documents;

public sealed class DocumentTotals
{
    [Theory]
    [InlineData("1", 100_00, 9.975, 9_98)]
    [InlineData("1", 30_00, 9.975, 2_99)]
    [InlineData("1", 10, 5, 1)]
    [InlineData("1", 9, 5, 0)]
    [InlineData("1", 99_999_999_999, 100, 99_999_999_999)]
    [InlineData("0.5", 1, 0, 0)]
    public void Tax_is_rounded_half_away_from_zero(string quantity, long cents, double rate, long tax) =>
        Assert.Equal(tax, Of(Rate((decimal)rate), Line(quantity, cents)).Tax.Cents);

    [Theory]
    [InlineData("0.5", 1, 1)]
    [InlineData("1.5", 333, 500)]
    [InlineData("0.01", 49, 0)]
    [InlineData("0.01", 50, 1)]
    [InlineData("99999999.99", 1000, 99_999_999_990)]
    public void A_line_is_rounded_half_away_from_zero(string quantity, long cents, long total) =>
        Assert.Equal(total, Of(Percent.Zero, Line(quantity, cents)).Subtotal.Cents);

    [Fact]
    public void Tax_is_rounded_once_for_each_rate_and_not_for_each_line()
    {
        // 3 lines of 10 cents at 5 %: 1.5 cents together, where each line alone would give 1.
        var totals = Of(Rate(5), Line("1", 10), Line("1", 10), Line("1", 10), Line("1", 100, Rate(9.975m)));

        Assert.Equal([new(Rate(5), new(30), new(2)), new TaxGroup(Rate(9.975m), new(100), new(10))], totals.Taxes);
        Assert.Equal((130, 12, 142), (totals.Subtotal.Cents, totals.Tax.Cents, totals.Total.Cents));
    }

    [Fact]
    public void A_line_without_a_rate_follows_the_document_and_one_of_zero_does_not()
    {
        var totals = Of(Rate(8.25m), Line("1", 100_00), Line("1", 100_00, Percent.Zero));

        Assert.Equal([(Rate(8.25m), false), (Percent.Zero, true)], totals.Lines.Select(l => (l.TaxRate, l.HasOwnTaxRate)));
        Assert.Equal(8_25, totals.Tax.Cents);
    }

    [Fact]
    public void A_flat_rate_stands_for_all_lines()
    {
        var totals = Totals.Of(Rate(8.25m), new Money(250_00), [Line("1", 1)]);

        Assert.Empty(totals.Lines);
        Assert.Equal((250_00, 20_63, 270_63), (totals.Subtotal.Cents, totals.Tax.Cents, totals.Total.Cents));
    }

    [Fact]
    public void Lines_stand_where_they_say_and_else_in_the_order_they_came()
    {
        LineForm At(string description, int? place) => new(description, Quantity.Of(1), new(1), null, place);

        Assert.Equal(["a", "b", "c"], Of(Percent.Zero, At("a", null), At("b", null), At("c", null)).Lines.Select(l => l.Description));
        Assert.Equal(["a", "b", "c"], Of(Percent.Zero, At("a", 0), At("b", 0), At("c", 0)).Lines.Select(l => l.Description));
        Assert.Equal(["c", "b", "a"], Of(Percent.Zero, At("a", 30), At("b", 20), At("c", 10)).Lines.Select(l => l.Description));
    }

    [Theory]
    [InlineData("1", -1, "line_items[1].unit_price_cents")]
    [InlineData("1", 100_000_000_000, "line_items[1].unit_price_cents")]
    [InlineData("1", long.MaxValue, "line_items[1].unit_price_cents")]
    [InlineData("1.01", 99_999_999_999, "line_items[1].quantity")]
    [InlineData("99999999.99", 99_999_999_999, "line_items[1].quantity")]
    public void An_absurd_amount_is_refused_by_name(string quantity, long cents, string field) => Refused(field, () => Of(Percent.Zero, Line("1", 1), Line(quantity, cents)));

    [Fact]
    public void A_line_that_says_nothing_is_refused_by_name()
    {
        Refused("line_items[0].description", () => Of(Percent.Zero, Line("1", 1) with { Description = null }));
        Refused("line_items[0].description", () => Of(Percent.Zero, Line("1", 1) with { Description = new string('x', 1001) }));
        Refused("line_items[0].quantity", () => Of(Percent.Zero, Line("1", 1) with { Quantity = null }));
        Refused("line_items[0].quantity", () => Of(Percent.Zero, Line("1", 1) with { Quantity = default(Quantity) }));
        Refused("line_items[0].unit_price_cents", () => Of(Percent.Zero, Line("1", 1) with { UnitPriceCents = null }));
        Refused("flat_rate_cents", () => Totals.Of(Percent.Zero, new Money(-1), []));
        Refused("flat_rate_cents", () => Totals.Of(Percent.Zero, Totals.Most + new Money(1), []));
        Refused("line_items", () => Of(Percent.Zero, [.. Enumerable.Repeat(Line("1", 1), 201)]));
    }

    [Fact]
    public void The_largest_document_still_adds_up()
    {
        var totals = Of(Rate(100), [.. Enumerable.Repeat(Line("1", Totals.Most.Cents), 200)]);

        Assert.Equal(200 * Totals.Most.Cents * 2, totals.Total.Cents);
        Assert.True(totals.Total.Cents < 1L << 53);
    }

    [Fact]
    public void A_document_is_the_sum_of_its_lines_and_of_its_taxes() => Check(totals =>
        totals.Subtotal.Cents == totals.Lines.Sum(l => l.Total.Cents)
        && totals.Subtotal.Cents == totals.Taxes.Sum(t => t.BaseCents.Cents)
        && totals.Tax.Cents == totals.Taxes.Sum(t => t.TaxCents.Cents)
        && totals.Total == totals.Subtotal + totals.Tax);

    [Fact]
    public void Each_rate_stands_once_and_its_tax_is_within_half_a_cent_of_the_truth() => Check(totals =>
        totals.Taxes.Select(t => t.Rate).Distinct().Count() == totals.Taxes.Count
        && totals.Taxes.All(t => Math.Abs(t.TaxCents.Cents - (t.BaseCents.Cents * t.Rate.Percentage / 100m)) <= 0.5m)
        && totals.Taxes.All(t => t.BaseCents.Cents == totals.Lines.Where(l => l.TaxRate == t.Rate).Sum(l => l.Total.Cents)));

    [Fact]
    public void The_order_of_the_lines_changes_no_amount() =>
        Prop.ForAll(Documents(), document =>
        {
            var there = Of(document.Rate, document.Lines);
            var back = Of(document.Rate, [.. document.Lines.Reverse()]);
            return there.Total == back.Total && there.Tax == back.Tax && there.Taxes.SequenceEqual(back.Taxes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_line_of_whole_units_can_be_split_in_two_without_a_cent_of_difference() =>
        Prop.ForAll(Documents(), Gen.Choose(1, 500).Two().ToArbitrary(), (document, parts) =>
        {
            LineForm Units(int count) => Line(count.ToString(CultureInfo.InvariantCulture), 1234_56);
            var whole = Of(document.Rate, [.. document.Lines, Units(parts.Item1 + parts.Item2)]);
            var split = Of(document.Rate, [.. document.Lines, Units(parts.Item1), Units(parts.Item2)]);
            return whole.Total == split.Total && whole.Taxes.SequenceEqual(split.Taxes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Another_line_never_makes_a_document_cheaper() =>
        Prop.ForAll(Documents(), LineForms().ToArbitrary(), (document, line) =>
            Of(document.Rate, [.. document.Lines, line]).Total >= Of(document.Rate, document.Lines).Total).QuickCheckThrowOnFailure();

    private sealed record Paper(Percent Rate, LineForm[] Lines);

    private static void Check(Func<Totals, bool> holds) => Prop.ForAll(Documents(), document => holds(Of(document.Rate, document.Lines))).QuickCheckThrowOnFailure();

    private static Gen<Percent> Rates() => Gen.Elements(0, 50_000, 82_500, 99_750, 200_000, 1, 1_000_000).Select(millionths => new Percent(millionths));

    private static Gen<LineForm> LineForms() =>
        from hundredths in Gen.Choose(1, 100_000)
        from cents in Gen.Choose(0, 1_000_000)
        from own in Gen.OneOf(Gen.Constant<Percent?>(null), Rates().Select(rate => (Percent?)rate))
        select new LineForm("Work", new Quantity(hundredths), new Money(cents), own);

    private static Arbitrary<Paper> Documents() =>
        (from rate in Rates()
         from count in Gen.Choose(0, 12)
         from lines in LineForms().ArrayOf(count)
         select new Paper(rate, lines)).ToArbitrary();

    private static Totals Of(Percent rate, params LineForm[] lines) => Totals.Of(rate, null, lines);

    private static LineForm Line(string quantity, long cents, Percent? rate = null) => new("Work", Quantity.Of(decimal.Parse(quantity, CultureInfo.InvariantCulture)), new(cents), rate);

    private static Percent Rate(decimal percentage) => Percent.Of(percentage);

    private static void Refused(string field, Func<Totals> make)
    {
        var refusal = Assert.Throws<RuleException>(make);
        Assert.Equal(("VALIDATION_ERROR", field), (refusal.Code, refusal.Field));
    }
}
