using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.Kernel;

namespace Outpost.FieldService.Payments;

public readonly record struct PaymentId(Guid Value) : IId
{
    public static PaymentId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out PaymentId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum PaymentMethod { Cash, Check, Card, Transfer, Other }

/// <summary>Money that came in for one invoice. It is never changed: a payment that was a mistake is taken back as a whole.</summary>
public sealed record Payment(
    PaymentId Id, AccountId AccountId, InvoiceId InvoiceId, Money AmountCents, PaymentMethod Method, DateTimeOffset ReceivedAt, string? Notes, UserId CreatedBy,
    DateTimeOffset CreatedAt);
