using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Credits;

/// <summary>A line of an invoice as it was issued, and what earlier credit notes have taken back of it. The flat rate of an invoice is one line without an id.</summary>
/// <param name="Total">What the line came to, with its tax when the invoice's prices include it.</param>
/// <param name="Share">Its part of the discount on the whole.</param>
internal sealed record InvoicedLine(
    LineItemId? Id, string Description, Quantity? Quantity, string? Unit, UnitPrice? UnitPrice, Money LineDiscount, Percent TaxRate, string TaxName, Money Total, Money Share,
    Money CreditedTotal, Money CreditedShare, bool WasCredited)
{
    public Money Rest => Total - CreditedTotal;

    /// <summary>What of it still counts on the invoice.</summary>
    internal Money RestCounted => Rest - (Share - CreditedShare);
}

/// <summary>A tax of an invoice: what is left of it after earlier credit notes.</summary>
/// <param name="Components">What is left of each part; empty for a bare rate.</param>
internal sealed record TaxLeft(Percent Rate, string Name, Money Base, Money Tax, IReadOnlyList<TaxComponent> Components);

internal sealed record CreditedLine(InvoicedLine Of, Money Total, Money Share)
{
    /// <summary>Taken back as it stands on the invoice, quantity and price included.</summary>
    public bool IsWhole => Total == Of.Total && Share == Of.Share && Of.Quantity is not null;
}

/// <summary>
/// What a credit note takes back of an invoice. A part of a line takes its part of the discount and of the tax with it, reckoned from what is left of them, so
/// that nothing goes below nothing and the last note takes exactly the rest: all notes together are the invoice with the signs turned, line by line and tax by tax.
/// </summary>
internal sealed record Mirror(IReadOnlyList<CreditedLine> Lines, IReadOnlyList<TaxLeft> Taxes)
{
    public Money Subtotal => Taxes.Aggregate(Money.Zero, (sum, tax) => sum + tax.Base);

    public Money Tax => Taxes.Aggregate(Money.Zero, (sum, tax) => sum + tax.Tax);

    public Money Total => Subtotal + Tax;

    public Money Discount => Lines.Aggregate(Money.Zero, (sum, line) => sum + line.Share);

    /// <param name="asked">How much of each line, in the terms of its total; each at most its rest.</param>
    /// <param name="lines">All lines of the invoice.</param>
    /// <param name="taxes">What is left of its taxes.</param>
    public static Mirror Of(IReadOnlyList<(InvoicedLine Line, Money Amount)> asked, IReadOnlyList<InvoicedLine> lines, IReadOnlyList<TaxLeft> taxes, bool pricesIncludeTax)
    {
        var credited = asked.Select(part => new CreditedLine(part.Line, part.Amount, PartOf(part.Line.Share - part.Line.CreditedShare, part.Amount, part.Line.Rest))).ToList();
        var groups = taxes
            .Where(tax => credited.Any(line => line.Of.TaxRate == tax.Rate && line.Of.TaxName == tax.Name))
            .Select(tax =>
            {
                var counted = Sum(credited.Where(line => line.Of.TaxRate == tax.Rate && line.Of.TaxName == tax.Name), line => line.Total - line.Share);
                var left = Sum(lines.Where(line => line.TaxRate == tax.Rate && line.TaxName == tax.Name), line => line.RestCounted);
                var part = PartOf(tax.Tax, counted, left);
                return new TaxLeft(tax.Rate, tax.Name, pricesIncludeTax ? counted - part : counted, part, Parts(tax.Components, part));
            })
            .ToList();
        return new(credited, groups);
    }

    /// <summary>The part of an amount that goes with a part of a whole, half a cent away from zero; all of it with the whole.</summary>
    private static Money PartOf(Money amount, Money part, Money whole) =>
        whole == Money.Zero ? Money.Zero : new((long)decimal.Round((decimal)amount.Cents * part.Cents / whole.Cents, MidpointRounding.AwayFromZero));

    /// <summary>Shares an amount among parts of which so much is left; nobody gets more than is left, and the cents that do not divide go to the largest remainders.</summary>
    private static List<TaxComponent> Parts(IReadOnlyList<TaxComponent> left, Money amount)
    {
        var whole = left.Sum(part => part.TaxCents.Cents);
        if (whole == 0) return [.. left.Select(part => part with { TaxCents = Money.Zero })];

        var shares = left.Select((part, place) => (Part: part, Place: place, Cents: (long)((Int128)amount.Cents * part.TaxCents.Cents / whole), Over: (long)((Int128)amount.Cents * part.TaxCents.Cents % whole))).ToList();
        var odd = amount.Cents - shares.Sum(share => share.Cents);
        var gets = shares.OrderByDescending(share => share.Over).ThenBy(share => share.Place).Take((int)odd).Select(share => share.Place).ToHashSet();
        return [.. shares.Select(share => share.Part with { TaxCents = new(share.Cents + (gets.Contains(share.Place) ? 1 : 0)) })];
    }

    private static Money Sum<T>(IEnumerable<T> of, Func<T, Money> amount) => of.Aggregate(Money.Zero, (sum, one) => sum + amount(one));
}
