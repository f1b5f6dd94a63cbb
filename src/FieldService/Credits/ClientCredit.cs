using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Estimates;
using Outpost.Kernel;

namespace Outpost.FieldService.Credits;

public readonly record struct CreditId(Guid Value) : IId
{
    public static CreditId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out CreditId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public readonly record struct CreditNoteId(Guid Value) : IId
{
    public static CreditNoteId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out CreditNoteId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>
/// What the company holds for a client, never less than nothing: what was paid over, what a credit note left, and by itself what was paid as the deposit
/// of an estimate. It is the sum of its ledger entries.
/// </summary>
/// <param name="EstimateId">The estimate that it was paid for and whose invoice it waits for; null: for whatever the client owes.</param>
internal sealed record ClientCredit(CreditId Id, AccountId AccountId, ClientId ClientId, EstimateId? EstimateId, Money BalanceCents);
