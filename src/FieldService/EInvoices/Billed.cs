using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.EInvoices;

/// <summary>What an invoice or a credit note comes to, as it is stored: the lines with their shares of the discount, and each tax with its base.</summary>
/// <param name="PricesIncludeTax">Then prices and the totals of lines are with their tax.</param>
internal sealed record Billed(bool PricesIncludeTax, IReadOnlyList<Billed.Line> Lines, IReadOnlyList<TaxGroup> Taxes)
{
    /// <param name="Total">After the line's own discount.</param>
    /// <param name="Share">Its part of the discount on the whole.</param>
    internal sealed record Line(string Description, Quantity? Quantity, string? Unit, UnitPrice? Price, Money Discount, Percent Rate, string TaxName, Money Total, Money Share);

    /// <summary>How a tax is called in data.</summary>
    internal sealed record Called(VatCategory Category, string? Reason);

    /// <summary>The lines, allowances and taxes in the terms of the standard.</summary>
    /// <param name="called">What each tax is, by its rate and name.</param>
    internal (List<EInvoice.Line> Lines, List<EInvoice.Allowance> Allowances, List<EInvoice.Tax> Taxes) InTerms(Func<Percent, string, Called> called)
    {
        var lines = new EInvoice.Line[Lines.Count];
        List<EInvoice.Allowance> allowances = [];
        List<EInvoice.Tax> taxes = [];
        foreach (var group in Lines.Select((line, place) => (Line: line, Place: place)).GroupBy(item => (item.Line.Rate, item.Line.TaxName)))
        {
            var (rate, name) = group.Key;
            var what = called(rate, name);
            var of = group.ToList();
            var stored = Taxes.FirstOrDefault(tax => tax.Rate == rate && (tax.Name ?? "") == name) ?? new(rate, Sum(of, item => item.Line.Total - item.Line.Share), Money.Zero);
            var share = Sum(of, item => item.Line.Share);
            // With tax inside, so much of the discount is net that the lines less it are exactly the base that is stored.
            var allowance = PricesIncludeTax ? share - share.Within(rate) : share;
            var nets = PricesIncludeTax ? (stored.BaseCents + allowance).Share([.. of.Select(item => item.Line.Total)]) : [.. of.Select(item => item.Line.Total)];
            for (var i = 0; i < of.Count; i++) lines[of[i].Place] = Written(of[i].Line, nets[i], what.Category);
            if (allowance > Money.Zero) allowances.Add(new(allowance, what.Category, rate, "Discount"));
            taxes.Add(new(what.Category, rate, stored.BaseCents, stored.TaxCents, what.Reason));
        }

        return ([.. lines], Together(allowances), Together(taxes));
    }

    private EInvoice.Line Written(Line line, Money net, VatCategory category)
    {
        var first = line.Description.Split('\n', 2)[0].Trim();
        var name = first.Length > 100 ? first[..99].TrimEnd() + "…" : first.Length == 0 ? "Work" : first;
        var description = name == line.Description ? null : line.Description;
        var quantity = line.Quantity ?? new(100);
        // A price without tax that was written with it is no round number: it is said for all of them together, and nothing is lost.
        return PricesIncludeTax || line.Quantity is null || line.Price is not { } price
            ? new(name, description, quantity, UnitCode.Of(line.Unit), UnitPrice.Of(net), quantity, Money.Zero, net, category, line.Rate)
            : new(name, description, quantity, UnitCode.Of(line.Unit), price, new(100), line.Discount, net, category, line.Rate);
    }

    // The standard knows a tax by what it is and its rate; the company may have two names for it.
    private static List<EInvoice.Allowance> Together(List<EInvoice.Allowance> all) =>
        [.. all.GroupBy(one => (one.Category, one.Rate)).Select(same => same.First() with { Amount = Sum(same, one => one.Amount) })];

    private static List<EInvoice.Tax> Together(List<EInvoice.Tax> all) =>
    [
        .. all.GroupBy(one => (one.Category, one.Rate)).Select(same => same.First() with
        {
            Base = Sum(same, one => one.Base), Amount = Sum(same, one => one.Amount), Reason = same.Select(one => one.Reason).FirstOrDefault(reason => reason is not null),
        }),
    ];

    private static Money Sum<T>(IEnumerable<T> of, Func<T, Money> amount) => of.Aggregate(Money.Zero, (sum, one) => sum + amount(one));
}

/// <summary>Units as UN/ECE Recommendation 20 calls them.</summary>
internal static class UnitCode
{
    private static readonly Dictionary<string, string> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["h"] = "HUR", ["hr"] = "HUR", ["hrs"] = "HUR", ["hour"] = "HUR", ["hours"] = "HUR", ["std"] = "HUR", ["min"] = "MIN", ["d"] = "DAY", ["day"] = "DAY", ["days"] = "DAY", ["tag"] = "DAY",
        ["month"] = "MON", ["pcs"] = "H87", ["pc"] = "H87", ["piece"] = "H87", ["pieces"] = "H87", ["stk"] = "H87", ["ea"] = "EA", ["each"] = "EA", ["set"] = "SET", ["pair"] = "PR",
        ["m"] = "MTR", ["lfm"] = "MTR", ["cm"] = "CMT", ["mm"] = "MMT", ["km"] = "KMT", ["m2"] = "MTK", ["m²"] = "MTK", ["qm"] = "MTK", ["m3"] = "MTQ", ["m³"] = "MTQ", ["cbm"] = "MTQ",
        ["kg"] = "KGM", ["g"] = "GRM", ["t"] = "TNE", ["l"] = "LTR", ["ft"] = "FOT", ["in"] = "INH", ["yd"] = "YRD", ["mi"] = "SMI", ["sqft"] = "FTK", ["sq ft"] = "FTK", ["ft2"] = "FTK",
        ["lb"] = "LBR", ["lbs"] = "LBR", ["oz"] = "ONZ", ["gal"] = "GLL", ["kwh"] = "KWH", ["%"] = "P1", ["flat"] = "LS", ["pauschal"] = "LS",
    };

    /// <summary>One of something when nobody knows better.</summary>
    public static string Of(string? unit) => unit is not null && Codes.TryGetValue(unit.Trim().TrimEnd('.'), out var code) ? code : "C62";
}
