using Outpost.FieldService.Invoices;
using Outpost.Kernel;

namespace Outpost.FieldService.Payments;

/// <summary>Every way a payment is refused.</summary>
internal static class PaymentRules
{
    public static RuleException IsNothing() => new("VALIDATION_ERROR", "amount_cents: A payment is at least one cent.") { Field = "amount_cents" };

    public static RuleException TakesNoPayments(Invoice invoice) => new("CONFLICT", invoice.Status switch
    {
        InvoiceStatus.Draft => "The invoice is a draft: send it before a payment is recorded.",
        InvoiceStatus.Void => "The invoice is void: nothing is owed on it.",
        _ => "The invoice is paid: nothing is open on it.",
    });

    public static RuleException IsTooMuch(Invoice invoice) =>
        new("CONFLICT", $"The payment is more than the balance of {invoice.BalanceCents.Cents} cents.") { Field = "amount_cents" };

    public static RuleException IsSettled(InvoiceStatus status) =>
        new("IMMUTABLE_ENTITY", $"The invoice is {Words<InvoiceStatus>.Of(status)}: its payments stay.");
}
