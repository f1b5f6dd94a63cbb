using Outpost.FieldService.Invoices;
using Outpost.Kernel;

namespace Outpost.FieldService.Payments;

/// <summary>What a payment changes on its invoice, for the audit log.</summary>
internal sealed record Standing(InvoiceStatus Status, Money PaidCents, DateTimeOffset? PaidAt)
{
    public static Standing Of(Invoice invoice) => new(invoice.Status, invoice.PaidCents, invoice.PaidAt);
}
