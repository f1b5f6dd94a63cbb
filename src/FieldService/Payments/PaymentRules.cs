using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.Kernel;

namespace Outpost.FieldService.Payments;

/// <summary>Every way the ledger refuses an entry.</summary>
internal static class PaymentRules
{
    public static RuleException IsNothing() => new("VALIDATION_ERROR", "amount_cents: An amount is at least one cent.") { Field = "amount_cents" };

    public static RuleException TakesNoPayments(Invoice invoice) => new("CONFLICT", invoice.Status switch
    {
        InvoiceStatus.Draft => "The invoice is a draft: send it before a payment is recorded.",
        InvoiceStatus.Void => "The invoice is void: nothing is owed on it.",
        _ => "The invoice is paid: nothing is open on it.",
    });

    public static RuleException IsTooMuch(Invoice invoice) =>
        new("CONFLICT", $"The amount is more than the balance of {invoice.BalanceCents.Cents} cents.") { Field = "amount_cents" };

    public static RuleException IsSettled(InvoiceStatus status) =>
        new("IMMUTABLE_ENTITY", $"The invoice is {Words<InvoiceStatus>.Of(status)}: its payments stay. Money that goes back to the client is a refund.");

    public static RuleException WasRefunded() => new("CONFLICT", "Part of the payment was refunded: it is no mistake any more. Refund the rest of it.");

    public static RuleException CreditIsSpent() => new("CONFLICT", "What the payment left as credit was used meanwhile. Undo that first, then take the payment back.");

    public static RuleException RefundsTooMuch(Money most, Money spent) => new("CONFLICT", spent == Money.Zero
        ? $"At most {most.Cents} cents of this payment can be refunded."
        : $"At most {most.Cents} cents of this payment can be refunded: {spent.Cents} cents of it were used as credit meanwhile.") { Field = "amount_cents" };

    public static RuleException IsNotApproved(EstimateStatus status) =>
        new("CONFLICT", $"A deposit is paid for an approved estimate; this one is {Words<EstimateStatus>.Of(status)}.");

    public static RuleException IsInvoiced(Invoice issued) => new("CONFLICT", $"The estimate was invoiced with {issued.InvoiceNumber}: record the payment there.");

    public static RuleException IsMoreThanTheEstimate(Money most) =>
        new("CONFLICT", $"Deposits never come to more than the estimate: at most {most.Cents} cents more.") { Field = "amount_cents" };

    public static RuleException IsNotReversible(LedgerKind kind) => new("IMMUTABLE_ENTITY", kind switch
    {
        LedgerKind.Payment or LedgerKind.Deposit => "Money that came in is taken back with DELETE /api/v1/payments/{id}, or refunded.",
        LedgerKind.CreditNote => "A credit note was issued and stays.",
        LedgerKind.Refund => "Money that was refunded comes in again as a payment.",
        _ => "A reversal is not reversed: do again what it undid.",
    });

    public static RuleException IsReversed() => new("CONFLICT", "The entry was reversed already.");
}
