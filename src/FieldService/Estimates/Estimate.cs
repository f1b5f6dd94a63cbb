using System.Collections.Frozen;
using System.Text.Json.Serialization;
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

public enum EstimateStatus { Draft, Sent, Approved, Declined, Expired, Superseded }

/// <summary>
/// What the work would cost a client. It moves only along <see cref="Moves"/>; from the day it is sent it stands as the client saw it, and whoever wants it
/// otherwise makes a new revision under the same number, which takes its place.
/// </summary>
/// <param name="ExpiresAt">The end of <see cref="ExpiresOn"/> where the company is.</param>
public record Estimate(
    EstimateId Id, AccountId AccountId, ClientId ClientId, JobId? JobId, PropertyId? PropertyId, EstimateStatus Status, Percent TaxRate, Money? FlatRateCents,
    Money SubtotalCents, Money TaxCents, Money TotalCents, string? Notes, string? InternalNotes, DateTimeOffset? ExpiresAt, DateTimeOffset? SentAt,
    DateTimeOffset? DecidedAt, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : PricedDocument, IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <summary><c>EST-0001</c>, given when it is first sent and the same for all its revisions.</summary>
    public string? EstimateNumber { get; init; }

    /// <summary>From 1 on.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>What this is a revision of; null for the first.</summary>
    public EstimateId? FirstRevisionId { get; init; }

    public DateTimeOffset? SupersededAt { get; init; }

    /// <summary>The last day on which it can be approved, on the company's calendar.</summary>
    [JsonConverter(typeof(DayText))]
    public DateOnly? ExpiresOn { get; init; }

    /// <summary>The share of the total that was asked for beforehand; null when an amount or nothing was.</summary>
    public Percent? DepositPercent { get; init; }

    /// <summary>What is asked for beforehand. It is computed with the total and stored with it.</summary>
    public Money? DepositCents { get; init; }

    /// <summary>The fingerprint of what the client saw, see <see cref="Estimates.ContentHash"/>; null while it is a draft.</summary>
    public string? ContentHash { get; init; }

    // The database holds the same table in state_moves; a test compares the two and writes docs/states/estimate.md.
    internal static readonly FrozenDictionary<EstimateStatus, EstimateStatus[]> Moves = new Dictionary<EstimateStatus, EstimateStatus[]>
    {
        [EstimateStatus.Draft] = [EstimateStatus.Sent],
        [EstimateStatus.Sent] = [EstimateStatus.Approved, EstimateStatus.Declined, EstimateStatus.Expired, EstimateStatus.Superseded],
        [EstimateStatus.Approved] = [EstimateStatus.Superseded],
        [EstimateStatus.Declined] = [EstimateStatus.Superseded],
        [EstimateStatus.Expired] = [EstimateStatus.Superseded],
        [EstimateStatus.Superseded] = [],
    }.ToFrozenDictionary();

    /// <summary>The estimate in the status that somebody gave it. Asking for the status it has changes nothing, so that a request may be sent twice.</summary>
    /// <param name="today">The day it is where the company is.</param>
    /// <exception cref="RuleException">INVALID_TRANSITION, PRECONDITION_FAILED</exception>
    internal Estimate MovedByHand(EstimateStatus next, bool hasLines, DateOnly today, DateTimeOffset now)
    {
        if (next == Status) return this;
        // It expires because its time is over and is superseded by a revision, not because somebody says so.
        if (next is EstimateStatus.Expired or EstimateStatus.Superseded || !Moves[Status].Contains(next)) throw EstimateRules.CannotMove(Status, next);
        if (next is EstimateStatus.Sent && !hasLines && FlatRateCents is null) throw DocumentRules.NothingOnIt("estimate");
        if (next is EstimateStatus.Sent or EstimateStatus.Approved && HasPassed(today)) throw EstimateRules.HasExpired(ExpiresOn!.Value);

        return next is EstimateStatus.Sent ? this with { Status = next, SentAt = now } : this with { Status = next, DecidedAt = now };
    }

    internal Estimate Expire(DateTimeOffset now) => To(EstimateStatus.Expired) with { DecidedAt = now };

    /// <summary>Another revision takes its place.</summary>
    internal Estimate Supersede(DateTimeOffset now) => To(EstimateStatus.Superseded) with { SupersededAt = now };

    internal bool HasPassed(DateOnly today) => ExpiresOn < today;

    private Estimate To(EstimateStatus next) => Moves[Status].Contains(next) ? this with { Status = next } : throw EstimateRules.CannotMove(Status, next);
}
