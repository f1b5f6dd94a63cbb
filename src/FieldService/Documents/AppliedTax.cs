using Outpost.FieldService.Taxes;
using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>The tax of a line or of a document as it is known at the moment of writing: a bare rate, or a group of the company with its name and parts.</summary>
/// <param name="Name">Empty for a bare rate.</param>
/// <param name="Rate">What the parts come to; at most 100 %.</param>
/// <param name="Group">Null for a bare rate.</param>
internal sealed record AppliedTax(string Name, Percent Rate, IReadOnlyList<AppliedTax.Part> Parts, TaxGroupId? Group)
{
    public sealed record Part(string Name, Percent Rate);

    public static AppliedTax Bare(Percent rate) => new("", rate, [], null);

    public static AppliedTax Of(Taxes.TaxGroup group) => new(group.Name, group.Rate, [.. group.Rates.Select(part => new Part(part.Name, part.Rate))], group.Id);

    /// <summary>
    /// What a form names: a group, or a rate. Both may be named, as a line that was read and is sent back does, when they agree.
    /// </summary>
    /// <param name="where">The part of the form, for the refusal: <c>line_items[2].</c> or nothing.</param>
    /// <returns>Null when the form names neither.</returns>
    public static AppliedTax? Named(TaxGroupId? group, Percent? rate, IReadOnlyDictionary<TaxGroupId, AppliedTax> known, string where)
    {
        if (group is not { } id) return rate is { } bare ? Bare(bare) : null;
        if (!known.TryGetValue(id, out var tax)) throw DocumentRules.NoSuchTaxGroup($"{where}tax_group_id");

        return rate is null || rate == tax.Rate ? tax : throw DocumentRules.TwoTaxes($"{where}tax_rate", tax.Rate);
    }
}
