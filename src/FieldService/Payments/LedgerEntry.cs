using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Invoices;
using Outpost.Kernel;

namespace Outpost.FieldService.Payments;

public readonly record struct LedgerEntryId(Guid Value) : IId
{
    public static LedgerEntryId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out LedgerEntryId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum LedgerKind { Payment, Deposit, Refund, CreditApplied, CreditNote, WriteOff, Reversal }

/// <summary>
/// One movement of money or of what is owed. It is written once and never changed; what was wrong is reversed by another entry with the signs turned. Every
/// balance of an invoice and of a client's credit is a sum of these and of nothing else.
/// </summary>
/// <param name="HappenedAt">When the money moved; for what moves no money, when it was decided.</param>
public sealed record LedgerEntry(LedgerEntryId Id, AccountId AccountId, LedgerKind Kind, ClientId ClientId, UserId CreatedBy, DateTimeOffset HappenedAt)
{
    public InvoiceId? InvoiceId { get; init; }

    public PaymentId? PaymentId { get; init; }

    /// <summary>The credit that <see cref="CreditCents"/> moves.</summary>
    public CreditId? CreditId { get; init; }

    public CreditNoteId? CreditNoteId { get; init; }

    public LedgerEntryId? ReversesId { get; init; }

    /// <summary>Money that came in; with a minus, went out.</summary>
    public Money MoneyCents { get; init; }

    /// <summary>What it adds to what the invoice says was paid.</summary>
    public Money PaidCents { get; init; }

    /// <summary>What it adds to what credit notes took off the invoice.</summary>
    public Money CreditedCents { get; init; }

    /// <summary>What it adds to what was given up as lost.</summary>
    public Money WrittenOffCents { get; init; }

    /// <summary>What it adds to the client's credit.</summary>
    public Money CreditCents { get; init; }

    public PaymentMethod? Method { get; init; }

    public string? Reason { get; init; }

    /// <summary>The entry that undoes this one.</summary>
    internal LedgerEntry Reversed(UserId by, string? reason, DateTimeOffset now) => this with
    {
        Id = LedgerEntryId.New(),
        Kind = LedgerKind.Reversal,
        ReversesId = Id,
        MoneyCents = Money.Zero - MoneyCents,
        PaidCents = Money.Zero - PaidCents,
        CreditedCents = Money.Zero - CreditedCents,
        WrittenOffCents = Money.Zero - WrittenOffCents,
        CreditCents = Money.Zero - CreditCents,
        Reason = reason,
        CreatedBy = by,
        HappenedAt = now,
    };
}
