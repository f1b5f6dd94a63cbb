using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Credits;

/// <summary>Whatever an invoice looks like and in however many parts it is taken back, its credit notes together are the invoice itself.</summary>
public sealed class MirroringAnInvoice
{
    internal sealed record Paper(IReadOnlyList<InvoicedLine> Lines, IReadOnlyList<TaxLeft> Taxes, bool Included, int[] Parts);

    [Fact]
    public void One_note_for_all_of_it_is_every_line_discount_and_tax_to_the_cent() => Prop.ForAll(Papers(), paper =>
    {
        var note = Mirror.Of([.. paper.Lines.Select(line => (line, line.Rest))], paper.Lines, paper.Taxes, paper.Included);

        return note.Lines.All(line => line.Total == line.Of.Total && line.Share == line.Of.Share && line.IsWhole)
            && note.Taxes.Count == paper.Taxes.Count && note.Taxes.Zip(paper.Taxes).All(pair => Same(pair.First, pair.Second))
            && note.Total == Sum(paper.Taxes, tax => tax.Base + tax.Tax)
            && note.Discount == Sum(paper.Lines, line => line.Share);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Many_parts_never_come_to_more_and_the_last_takes_exactly_the_rest() => Prop.ForAll(Papers(), paper =>
    {
        var (lines, taxes) = (paper.Lines.ToList(), paper.Taxes.ToList());
        var total = Money.Zero;
        var turn = 0;
        // Two thirds of the way in odd parts of single lines, then whatever is left at once.
        foreach (var part in paper.Parts)
        {
            var at = turn++ % lines.Count;
            var amount = new Money(lines[at].Rest.Cents * part / 100);
            if (amount == Money.Zero) continue;

            var note = Mirror.Of([(lines[at], amount)], lines, taxes, paper.Included);
            if (note.Taxes.Any(tax => tax.Base < Money.Zero || tax.Tax < Money.Zero || tax.Components.Any(c => c.TaxCents < Money.Zero))) return false;
            if (note.Taxes.Any(tax => tax.Components.Count > 0 && Sum(tax.Components, c => c.TaxCents) != tax.Tax)) return false;
            total += note.Total;
            (lines, taxes) = After(lines, taxes, note);
            if (taxes.Any(tax => tax.Base < Money.Zero || tax.Tax < Money.Zero || tax.Components.Any(c => c.TaxCents < Money.Zero)) || lines.Any(line => line.Share < line.CreditedShare)) return false;
        }

        var last = Mirror.Of([.. lines.Select(line => (line, line.Rest))], lines, taxes, paper.Included);
        total += last.Total;
        (lines, taxes) = After(lines, taxes, last);
        return total == Sum(paper.Taxes, tax => tax.Base + tax.Tax)
            && lines.All(line => line.Rest == Money.Zero && line.Share == line.CreditedShare)
            && taxes.All(tax => tax.Base == Money.Zero && tax.Tax == Money.Zero && tax.Components.All(c => c.TaxCents == Money.Zero));
    }).QuickCheckThrowOnFailure();

    private static (List<InvoicedLine> Lines, List<TaxLeft> Taxes) After(List<InvoicedLine> lines, List<TaxLeft> taxes, Mirror note) =>
    (
        lines.ConvertAll(line => note.Lines.FirstOrDefault(l => l.Of.Id == line.Id) is { } taken
            ? line with { CreditedTotal = line.CreditedTotal + taken.Total, CreditedShare = line.CreditedShare + taken.Share, WasCredited = true }
            : line),
        taxes.ConvertAll(tax => note.Taxes.FirstOrDefault(t => t.Rate == tax.Rate && t.Name == tax.Name) is { } taken
            ? tax with { Base = tax.Base - taken.Base, Tax = tax.Tax - taken.Tax, Components = [.. tax.Components.Zip(taken.Components, (left, c) => left with { TaxCents = left.TaxCents - c.TaxCents })] }
            : tax)
    );

    private static bool Same(TaxLeft a, TaxLeft b) => a.Rate == b.Rate && a.Name == b.Name && a.Base == b.Base && a.Tax == b.Tax && a.Components.SequenceEqual(b.Components);

    private static Money Sum<T>(IEnumerable<T> of, Func<T, Money> amount) => of.Aggregate(Money.Zero, (sum, one) => sum + amount(one));

    /// <summary>Invoices as the office writes them: priced by the same code, with discounts, both ways of rounding and of meaning prices, bare and composed taxes.</summary>
    internal static Arbitrary<Paper> Papers() =>
        (from count in Gen.Choose(1, 6)
         from cents in Gen.Choose(1, 100_000).ArrayOf(count)
         from hundredths in Gen.Choose(1, 900).ArrayOf(count)
         from rate in Gen.Elements(0, 50_000, 82_500, 99_750, 149_750, 200_000)
         from own in Gen.Elements<int?>(null, null, 0, 70_000, 190_000).ArrayOf(count)
         from discount in Gen.Elements(0, 0, 33_333, 100_000, 500_000)
         from included in Gen.Elements(true, false)
         from rounding in Gen.Elements(TaxRounding.Document, TaxRounding.Line)
         from parts in Gen.Choose(1, 70).ArrayOf(7)
         select Written(Totals.Of(
             AppliedTax.Bare(new(rate)), Pricing.Plain with { PricesIncludeTax = included, Rounding = rounding, DiscountPercent = discount == 0 ? null : new Percent(discount) }, null,
             [.. Enumerable.Range(0, count).Select(i => new LineForm("Work", new Quantity(hundredths[i]), new Money(cents[i]), own[i] is { } percent ? new Percent(percent) : null))],
             new Dictionary<TaxGroupId, AppliedTax>()), included, parts)).ToArbitrary();

    private static Paper Written(Totals totals, bool included, int[] parts) => new(
        [.. totals.Lines.Select(line => new InvoicedLine(
            LineItemId.New(), line.Description, line.Quantity, line.Unit, line.UnitPrice, line.DiscountAmount, line.TaxRate, line.TaxName, line.Total, line.DiscountShare, Money.Zero, Money.Zero, false))],
        [.. totals.Taxes.Select(tax => new TaxLeft(tax.Rate, tax.Name ?? "", tax.BaseCents, tax.TaxCents, Split(tax)))],
        included, parts);

    // Two parts of a tax, as an authority's and a city's: 2/3 and 1/3, the odd cent with the first.
    private static IReadOnlyList<TaxComponent> Split(Outpost.FieldService.Documents.TaxGroup tax) =>
        tax.Rate.Millionths % 2 != 0 ? [] : [new("State", new(tax.Rate.Millionths / 2), tax.TaxCents - new Money(tax.TaxCents.Cents / 3)), new("City", new(tax.Rate.Millionths / 2), new(tax.TaxCents.Cents / 3))];
}
