using Outpost.Kernel;

namespace Outpost.FieldService.Invoices;

/// <summary>Every way an invoice refuses a request.</summary>
internal static class InvoiceRules
{
    public static RuleException CannotMove(InvoiceStatus from, InvoiceStatus to) =>
        new("INVALID_TRANSITION", $"An invoice cannot go from {Words<InvoiceStatus>.Of(from)} to {Words<InvoiceStatus>.Of(to)}.") { Field = "status" };

    public static RuleException FollowsItsPayments(InvoiceStatus to) =>
        new("PRECONDITION_FAILED", $"An invoice becomes {Words<InvoiceStatus>.Of(to)} by its ledger: record a payment, or give one back.") { Field = "status" };

    public static RuleException IsNotDue(DateOnly? due) =>
        new("PRECONDITION_FAILED", $"The invoice is due on {due:yyyy-MM-dd}; it is overdue when that day has passed.") { Field = "status" };

    public static RuleException HasMoneyOnIt(Money paid, Money credited, Money writtenOff) => new("PRECONDITION_FAILED", (paid > Money.Zero, credited > Money.Zero, writtenOff > Money.Zero) switch
    {
        (true, _, _) => $"There are {paid.Cents} cents on the invoice. Refund them, take the payment back or undo the use of the credit before it is made void; or leave it and issue a credit note.",
        (_, true, _) => $"Credit notes of {credited.Cents} cents were issued for the invoice. It stays with them: issue a credit note for the rest instead.",
        _ => $"{writtenOff.Cents} cents of the invoice were written off. Reverse that before it is made void.",
    }) { Field = "status" };

    public static RuleException NumberIsTaken(string number) =>
        new("PRECONDITION_FAILED", $"{number} was given to another document before. Change how documents are numbered in the settings, so that numbers differ.");

    public static RuleException IsIssued(InvoiceStatus status) =>
        new("IMMUTABLE_ENTITY", $"Only a draft can change; this invoice is {Words<InvoiceStatus>.Of(status)}.");

    public static RuleException HasAFlatRate() => new("CONFLICT", "The invoice has one price for the whole, which lines would replace. Choose another draft.") { Field = "invoice_id" };

    public static RuleException IsNotForTheClient(InvoiceStatus status) =>
        new("PRECONDITION_FAILED", $"The invoice is {Words<InvoiceStatus>.Of(status)}: only one that was issued goes to the client.");

    public static RuleException IsNoDraft(InvoiceStatus status) =>
        new("IMMUTABLE_ENTITY", $"Only a draft can be deleted; this invoice is {Words<InvoiceStatus>.Of(status)}. Make it void instead.");
}
