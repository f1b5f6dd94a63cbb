using Outpost.FieldService.Invoices;
using Outpost.Kernel;

namespace Outpost.FieldService.Credits;

/// <summary>Every way a credit is refused.</summary>
internal static class CreditRules
{
    public static RuleException IsEmpty() => new("CONFLICT", "There is no credit to use.");

    public static RuleException IsTooMuch(Money balance) => new("CONFLICT", $"There are {balance.Cents} cents of credit.") { Field = "amount_cents" };

    public static RuleException IsAnotherClients() => new("VALIDATION_ERROR", "credit_id: The credit is another client's.") { Field = "credit_id" };

    public static RuleException WaitsForItsInvoice() =>
        new("CONFLICT", "The credit is the deposit of an estimate and waits for its invoice. Refund it, or use it when that invoice was issued.") { Field = "credit_id" };

    public static RuleException IsNotIssued(InvoiceStatus status) => new("PRECONDITION_FAILED", status is InvoiceStatus.Draft
        ? "The invoice is a draft: change or delete it."
        : "The invoice is void: there is nothing to take back.");

    public static RuleException NothingLeft() => new("CONFLICT", "There is nothing left of it to take back.");

    public static RuleException HasNoLines() => new("VALIDATION_ERROR", "line_items: The invoice has a flat rate. Give amount_cents, or nothing for all of it.") { Field = "line_items" };

    public static RuleException HasLines() => new("VALIDATION_ERROR", "amount_cents: The invoice has lines. Say in line_items how much of which.") { Field = "amount_cents" };

    public static RuleException NoLine(int place) => new("VALIDATION_ERROR", $"line_items[{place}].invoice_line_item_id: Which line is it?") { Field = $"line_items[{place}].invoice_line_item_id" };

    public static RuleException LineTwice(int place) => new("VALIDATION_ERROR", $"line_items[{place}].invoice_line_item_id: The line is here twice.") { Field = $"line_items[{place}].invoice_line_item_id" };

    public static RuleException IsNothing(string field) => new("VALIDATION_ERROR", $"{field}: An amount is at least one cent.") { Field = field };

    public static RuleException IsMoreThanIsLeft(Money rest, string field) => new("CONFLICT", $"Only {rest.Cents} cents are left of it to take back.") { Field = field };
}
