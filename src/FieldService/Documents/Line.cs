using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>
/// One line of a document. "Document" is the trade's own word for a paper that goes to the client with lines, taxes and a total: the estimate and
/// the invoice are the two there are, the second is often a copy of the first, and both must come to the same cent. What they share, and only that, is here.
/// </summary>
/// <param name="TaxRate">The rate that applies: the line's own, or else the document's.</param>
/// <param name="HasOwnTaxRate">False when the line follows the document's rate, also when that is changed later.</param>
/// <param name="Total">Unit price times quantity, half a cent away from zero, without tax.</param>
internal sealed record Line(string Description, Quantity Quantity, Money UnitPrice, Percent TaxRate, bool HasOwnTaxRate, Money Total);

/// <summary>Everything on a document that is taxed at one rate. The tax is rounded once, on the sum.</summary>
public sealed record TaxGroup(Percent Rate, Money BaseCents, Money TaxCents);
