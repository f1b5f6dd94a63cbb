using Outpost.FieldService.Invoices;
using Outpost.Kernel;

namespace Outpost.FieldService.Payments;

/// <summary>What the ledger changes on an invoice, for the audit log.</summary>
internal sealed record Standing(InvoiceStatus Status, Money PaidCents, Money CreditedCents, Money WrittenOffCents, DateTimeOffset? PaidAt)
{
    public static Standing Of(Invoice invoice) => new(invoice.Status, invoice.PaidCents, invoice.CreditedCents, invoice.WrittenOffCents, invoice.PaidAt);
}
