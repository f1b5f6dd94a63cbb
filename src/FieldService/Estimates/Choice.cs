using Outpost.FieldService.Documents;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;

namespace Outpost.FieldService.Estimates;

/// <summary>
/// What an estimate comes to with the optional lines that the client has chosen. The taxes are those it was sent with, by the names and rates they had then,
/// whatever has become of them since.
/// </summary>
internal static class Choice
{
    /// <param name="chosen">The optional lines that were taken; null takes what was proposed.</param>
    /// <returns>The same lines in the same order; null when everything stays as it was proposed.</returns>
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static Totals? Of(GetEstimate.Response offer, IReadOnlyList<LineItemId>? chosen)
    {
        if (chosen is null) return null;

        var options = offer.LineItems.Where(line => line.Optional is true).Select(line => line.Id).ToHashSet();
        if (chosen.Distinct().Count() != chosen.Count || !options.IsSupersetOf(chosen)) throw EstimateRules.NoSuchOption();
        if (offer.LineItems.All(line => line.Optional is not true || line.Chosen == chosen.Contains(line.Id))) return null;

        return Totals.Of(
            Sent(offer, offer.TaxName, offer.TaxRate, offer.TaxGroupId),
            offer.Pricing,
            offer.FlatRateCents,
            [.. offer.LineItems.Select(line => line.Optional is true ? line.Form() with { Chosen = chosen.Contains(line.Id) } : line.Form())],
            offer.LineItems.Where(line => line.TaxGroupId is not null).DistinctBy(line => line.TaxGroupId)
                .ToDictionary(line => line.TaxGroupId!.Value, line => Sent(offer, line.TaxName, line.TaxRate, line.TaxGroupId)));
    }

    private static AppliedTax Sent(GetEstimate.Response offer, string? name, Percent rate, TaxGroupId? group) => new(
        name ?? "",
        rate,
        [.. offer.Taxes.FirstOrDefault(tax => tax.Name == name && tax.Rate == rate)?.Components?.Select(part => new AppliedTax.Part(part.Name, part.Rate)) ?? []],
        group);
}
