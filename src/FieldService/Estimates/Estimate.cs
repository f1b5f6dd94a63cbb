using System.Collections.Frozen;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Estimates;

public readonly record struct EstimateId(Guid Value) : IId
{
    public static EstimateId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out EstimateId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum EstimateStatus { Draft, Sent, Approved, Declined, Expired }

/// <summary>
/// What the work would cost a client. It moves only along <see cref="Moves"/>; from the day it is sent its amounts stand, and once it is decided
/// nothing of it changes.
/// </summary>
public record Estimate(
    EstimateId Id, AccountId AccountId, ClientId ClientId, JobId? JobId, PropertyId? PropertyId, EstimateStatus Status, Percent TaxRate, Money? FlatRateCents,
    Money SubtotalCents, Money TaxCents, Money TotalCents, string? Notes, string? InternalNotes, DateTimeOffset? ExpiresAt, DateTimeOffset? SentAt,
    DateTimeOffset? DecidedAt, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    // The database holds the same table in state_moves; a test compares the two and writes docs/states/estimate.md.
    internal static readonly FrozenDictionary<EstimateStatus, EstimateStatus[]> Moves = new Dictionary<EstimateStatus, EstimateStatus[]>
    {
        [EstimateStatus.Draft] = [EstimateStatus.Sent],
        [EstimateStatus.Sent] = [EstimateStatus.Approved, EstimateStatus.Declined, EstimateStatus.Expired],
        [EstimateStatus.Approved] = [],
        [EstimateStatus.Declined] = [],
        [EstimateStatus.Expired] = [],
    }.ToFrozenDictionary();

    /// <summary>The estimate in the status that somebody gave it. Asking for the status it has changes nothing, so that a request may be sent twice.</summary>
    /// <exception cref="RuleException">INVALID_TRANSITION, PRECONDITION_FAILED</exception>
    internal Estimate MovedByHand(EstimateStatus next, bool hasLines, DateTimeOffset now)
    {
        if (next == Status) return this;
        // It expires because its time is over, not because somebody says so.
        if (next is EstimateStatus.Expired || !Moves[Status].Contains(next)) throw EstimateRules.CannotMove(Status, next);
        if (next is EstimateStatus.Sent && !hasLines && FlatRateCents is null) throw DocumentRules.NothingOnIt("estimate");
        if (next is EstimateStatus.Approved && ExpiresAt <= now) throw EstimateRules.HasExpired();

        return next is EstimateStatus.Sent ? this with { Status = next, SentAt = now } : this with { Status = next, DecidedAt = now };
    }
}
