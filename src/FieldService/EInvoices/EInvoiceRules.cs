using Outpost.Kernel;

namespace Outpost.FieldService.EInvoices;

/// <summary>Every way an invoice is refused as data.</summary>
internal static class EInvoiceRules
{
    /// <param name="Field">Where it is set: a field of the account, of the client or of a tax group.</param>
    internal sealed record Lack(string Field, string Message);

    public static RuleException IsNotIssued(string status) =>
        new("PRECONDITION_FAILED", $"The invoice is {status}: only what was issued and stands is written as data.");

    public static RuleException Lacks(IReadOnlyList<Lack> lacks) =>
        new("PRECONDITION_FAILED", $"EN 16931 asks for more than is known: {string.Join(" ", lacks.Select(lack => lack.Message))}") { Field = lacks[0].Field, Details = new { Missing = lacks } };
}
