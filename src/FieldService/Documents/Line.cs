using System.Text.Json.Serialization;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>
/// One line of a document. "Document" is the trade's own word for a paper that goes to the client with lines, taxes and a total: the estimate and
/// the invoice are the two there are, the second is often a copy of the first, and both must come to the same cent. What they share, and only that, is here.
/// </summary>
/// <param name="TaxRate">The rate that applies: the line's own, or else the document's.</param>
/// <param name="HasOwnTaxRate">False when the line follows the document's tax, also when that is changed later.</param>
/// <param name="Total">Unit price times quantity less the line's discount, each half a cent away from zero. With its tax when prices include it, else without.</param>
internal sealed record Line(string Description, Quantity Quantity, UnitPrice UnitPrice, Percent TaxRate, bool HasOwnTaxRate, Money Total)
{
    public string? Unit { get; init; }

    /// <summary>The discount as it was given: a share or an amount.</summary>
    public Percent? DiscountPercent { get; init; }

    public Money? DiscountCents { get; init; }

    /// <summary>What the discount comes to.</summary>
    public Money DiscountAmount { get; init; }

    /// <summary>The group the line names itself.</summary>
    public TaxGroupId? TaxGroup { get; init; }

    /// <summary>What the tax is called that applies; empty for a bare rate.</summary>
    public string TaxName { get; init; } = "";

    public bool Optional { get; init; }

    public bool Chosen { get; init; } = true;

    /// <summary>The line's part of the document's discount.</summary>
    public Money DiscountShare { get; init; }

    /// <summary>What the line adds to the document: nothing while it is optional and not chosen.</summary>
    public Money Counted => Chosen ? Total : Money.Zero;
}

/// <summary>Everything on a document that is taxed alike. By default the tax is rounded once, on the sum. Base and tax together are what the client pays for it.</summary>
public sealed record TaxGroup(Percent Rate, Money BaseCents, Money TaxCents)
{
    /// <summary>What the group was called when the document was written; null for a bare rate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>What the tax is made of; the parts always come to it. Null for a bare rate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaxComponent>? Components { get; init; }
}

/// <summary>What one authority gets of a tax.</summary>
public sealed record TaxComponent(string Name, Percent Rate, Money TaxCents);
