using System.Collections.Frozen;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Invoices;

public readonly record struct InvoiceId(Guid Value) : IId
{
    public static InvoiceId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out InvoiceId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum InvoiceStatus { Draft, Sent, Partial, Paid, Overdue, Void }

/// <summary>
/// What a client owes. It moves only along <see cref="Moves"/>; it has a number from the moment it is issued, and nothing but its ledger changes it from
/// then on. What was paid, credited or written off is always the sum of its entries there, never a word of somebody's.
/// </summary>
public record Invoice(
    InvoiceId Id, AccountId AccountId, ClientId ClientId, JobId? JobId, EstimateId? EstimateId, PropertyId? PropertyId, InvoiceStatus Status, string? InvoiceNumber,
    Percent TaxRate, Money? FlatRateCents, Money SubtotalCents, Money TaxCents, Money TotalCents, Money PaidCents, string? Notes, DateOnly? DueDate,
    DateTimeOffset? SentAt, DateTimeOffset? PaidAt, DateTimeOffset? VoidedAt, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : PricedDocument, IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    // The database holds the same table in state_moves; a test compares the two and writes docs/states/invoice.md.
    internal static readonly FrozenDictionary<InvoiceStatus, InvoiceStatus[]> Moves = new Dictionary<InvoiceStatus, InvoiceStatus[]>
    {
        [InvoiceStatus.Draft] = [InvoiceStatus.Sent, InvoiceStatus.Void],
        [InvoiceStatus.Sent] = [InvoiceStatus.Partial, InvoiceStatus.Paid, InvoiceStatus.Overdue, InvoiceStatus.Void],
        [InvoiceStatus.Partial] = [InvoiceStatus.Sent, InvoiceStatus.Paid, InvoiceStatus.Overdue, InvoiceStatus.Void],
        [InvoiceStatus.Overdue] = [InvoiceStatus.Partial, InvoiceStatus.Paid, InvoiceStatus.Void],
        [InvoiceStatus.Paid] = [InvoiceStatus.Partial, InvoiceStatus.Sent],
        [InvoiceStatus.Void] = [],
    }.ToFrozenDictionary();

    /// <summary>What credit notes took off it.</summary>
    public Money CreditedCents { get; init; }

    /// <summary>What was given up as lost.</summary>
    public Money WrittenOffCents { get; init; }

    /// <summary>The late invoice that this one is the fee for.</summary>
    public InvoiceId? LateFeeForInvoiceId { get; init; }

    /// <summary>What is still to be paid. Nobody owes anything on a void invoice.</summary>
    public Money BalanceCents => Status is InvoiceStatus.Void ? Money.Zero : TotalCents - SettledCents;

    private Money SettledCents => PaidCents + CreditedCents + WrittenOffCents;

    internal bool TakesPayments => Status is InvoiceStatus.Sent or InvoiceStatus.Partial or InvoiceStatus.Overdue;

    /// <summary>The draft goes out: it has a number and a day on which it is due.</summary>
    internal Invoice Issue(string number, DateOnly due, DateTimeOffset now) =>
        To(InvoiceStatus.Sent) with { InvoiceNumber = number, DueDate = due, SentAt = now };

    /// <param name="today">The day it is where the company is.</param>
    internal Invoice FallOverdue(DateOnly today)
    {
        var overdue = To(InvoiceStatus.Overdue);
        return DueDate < today ? overdue : throw InvoiceRules.IsNotDue(DueDate);
    }

    internal Invoice Void(DateTimeOffset now)
    {
        var @void = To(InvoiceStatus.Void);
        return SettledCents == Money.Zero ? @void with { VoidedAt = now } : throw InvoiceRules.HasMoneyOnIt(PaidCents, CreditedCents, WrittenOffCents);
    }

    /// <summary>
    /// The invoice as its ledger says: paid when nothing is open any more, by whatever that came. What leaves something open makes it partial, also when it was
    /// overdue; giving something back does not make a day that has passed come again, and opens a paid invoice.
    /// </summary>
    /// <param name="now">What its entries come to now.</param>
    internal Invoice Settled(Settlement now, DateTimeOffset at)
    {
        var status = (now.Total >= TotalCents, Status, now.Total > SettledCents) switch
        {
            (true, _, _) => InvoiceStatus.Paid,
            (_, InvoiceStatus.Overdue, false) => InvoiceStatus.Overdue,
            _ => now.Total == Money.Zero ? InvoiceStatus.Sent : InvoiceStatus.Partial,
        };
        var moved = status == Status ? this : To(status);
        return moved with
        {
            PaidCents = now.Paid,
            CreditedCents = now.Credited,
            WrittenOffCents = now.WrittenOff,
            PaidAt = status is not InvoiceStatus.Paid ? null : PaidAt ?? at,
        };
    }

    internal Invoice To(InvoiceStatus next) => Moves[Status].Contains(next) ? this with { Status = next } : throw InvoiceRules.CannotMove(Status, next);
}

/// <summary>What has become of an invoice: the part that was paid, the part that credit notes took off, the part that was given up as lost.</summary>
internal sealed record Settlement(Money Paid, Money Credited, Money WrittenOff)
{
    public static readonly Settlement Nothing = new(Money.Zero, Money.Zero, Money.Zero);

    public Money Total => Paid + Credited + WrittenOff;
}
