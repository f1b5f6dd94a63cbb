using Outpost.FieldService.Accounts;
using Outpost.FieldService.Estimates;
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

/// <summary>
/// Money that came in, for one invoice or as the deposit of one estimate. It is never changed and never goes away: a payment that was a mistake is reversed as a
/// whole in the ledger, money that is given back is refunded there.
/// </summary>
public sealed record Payment(
    PaymentId Id, AccountId AccountId, InvoiceId? InvoiceId, EstimateId? EstimateId, Money AmountCents, PaymentMethod Method, DateTimeOffset ReceivedAt, string? Notes,
    UserId CreatedBy, DateTimeOffset CreatedAt);
