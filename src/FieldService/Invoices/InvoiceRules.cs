using Outpost.Kernel;

namespace Outpost.FieldService.Invoices;

/// <summary>Every way an invoice refuses a request.</summary>
internal static class InvoiceRules
{
    public static RuleException CannotMove(InvoiceStatus from, InvoiceStatus to) =>
        new("INVALID_TRANSITION", $"An invoice cannot go from {Words<InvoiceStatus>.Of(from)} to {Words<InvoiceStatus>.Of(to)}.") { Field = "status" };

    public static RuleException FollowsItsPayments(InvoiceStatus to) =>
        new("PRECONDITION_FAILED", $"An invoice becomes {Words<InvoiceStatus>.Of(to)} by its payments: record a payment, or take one back.") { Field = "status" };

    public static RuleException IsNotDue(DateOnly? due) =>
        new("PRECONDITION_FAILED", $"The invoice is due on {due:yyyy-MM-dd}; it is overdue when that day has passed.") { Field = "status" };

    public static RuleException HasPayments() =>
        new("PRECONDITION_FAILED", "The invoice has payments. Take them back before it is made void, so that the money is accounted for.") { Field = "status" };

    public static RuleException IsIssued(InvoiceStatus status) =>
        new("IMMUTABLE_ENTITY", $"Only a draft can change; this invoice is {Words<InvoiceStatus>.Of(status)}.");

    public static RuleException HasAFlatRate() => new("CONFLICT", "The invoice has one price for the whole, which lines would replace. Choose another draft.") { Field = "invoice_id" };

    public static RuleException IsNoDraft(InvoiceStatus status) =>
        new("IMMUTABLE_ENTITY", $"Only a draft can be deleted; this invoice is {Words<InvoiceStatus>.Of(status)}. Make it void instead.");
}
