using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>The estimate goes out to the client, and the client says yes or no. A draft job is quoted with it.</summary>
internal static class TransitionEstimate
{
    public sealed record Request([property: Required] EstimateStatus? Status)
    {
        /// <summary>The fingerprint of what was read; anything else that stands there now is not decided on.</summary>
        [RegularExpression("[0-9a-fA-F]{64}")]
        public string? ContentHash { get; init; }

        /// <summary>The revision that was read.</summary>
        public int? Revision { get; init; }

        /// <summary>The client's name as they typed it.</summary>
        [StringLength(200)]
        public string? SignedName { get; init; }

        /// <summary>The optional lines the client takes; what was proposed when it is left out.</summary>
        public IReadOnlyList<LineItemId>? ChosenLineItemIds { get; init; }

        /// <summary>When it is sent, it goes to the client by e-mail, with its PDF; as the company has set it when left out.</summary>
        public bool? Mail { get; init; }
    }

    public sealed record Response(EstimateStatus Status, GetEstimate.Response Data);

    public static async Task<IResult> Handle(EstimateId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var (status, after) = await DecideAsync(id, request, user, db, clock, http, ct);
        return await retry.CommitAsync(StatusCodes.Status200OK, new Response(status, after), ct);
    }

    /// <summary>Moves it and leaves the commit to the caller.</summary>
    /// <exception cref="Kernel.RuleException">NOT_FOUND, INVALID_TRANSITION, PRECONDITION_FAILED, VALIDATION_ERROR</exception>
    internal static async Task<(EstimateStatus Status, GetEstimate.Response After)> DecideAsync(
        EstimateId id, Request request, CurrentUser user, Db db, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var estimate = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        var before = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        SeeThatItIsWhatWasRead(request, before);
        var moved = estimate.MovedByHand(request.Status!.Value, before.LineItems.Count > 0, CompanyDay.Today(user, clock), clock.GetUtcNow());
        if (request.ChosenLineItemIds is not null && moved.Status is not EstimateStatus.Approved) throw EstimateRules.OnlyAnApprovalChooses();
        if (moved == estimate) return (estimate.Status, before);

        if (moved.Status is EstimateStatus.Sent) await SendAsync(db, user, moved, before, request.Mail, clock.GetUtcNow(), ct);
        else await SaveDecisionAsync(db, user, moved, before, request, http, ct);
        var after = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        await AuditLog.Updated(db, user, "estimate", id, before, after, ct);
        return (moved.Status, after);
    }

    private static void SeeThatItIsWhatWasRead(Request request, GetEstimate.Response now)
    {
        if ((request.Revision is { } revision && revision != now.Revision)
            || (request.ContentHash is { } read && !read.Equals(now.ContentHash, StringComparison.OrdinalIgnoreCase)))
        {
            throw EstimateRules.HasChanged(now.Revision);
        }
    }

    private static async Task SendAsync(Db db, CurrentUser user, Estimate sent, GetEstimate.Response draft, bool? mail, DateTimeOffset now, CancellationToken ct)
    {
        var numbered = sent with { EstimateNumber = sent.EstimateNumber ?? await EstimateNumbers.TakeAsync(db, user.Account, ct) };
        await EstimateSql.SaveSent(db, numbered with { ContentHash = ContentHash.Of(numbered, draft.LineItems, draft.Taxes) }, ct);
        if (mail ?? (await AccountSettings.OfAsync(db, user.Account, ct)).Documents.MailWhenSent)
        {
            await DocumentLetters.EnqueueAsync(db, user, DocumentLetters.Estimate, sent.Id.Value, sent.ClientId, "sent", now, ct);
        }

        if (sent.JobId is { } job) await JobFollows.EstimateSentAsync(db, user, job, ct);
    }

    private static async Task SaveDecisionAsync(Db db, CurrentUser user, Estimate decided, GetEstimate.Response offer, Request request, HttpContext http, CancellationToken ct)
    {
        // Whoever has written past this service has not changed what the client agreed to without being noticed.
        if (ContentHash.Of(offer, offer.LineItems, offer.Taxes) != offer.ContentHash) throw EstimateRules.HasChanged(offer.Revision);

        if (Choice.Of(offer, request.ChosenLineItemIds) is { } totals)
        {
            decided = decided with { TotalCents = totals.Total, DepositCents = Deposit.After(decided.DepositPercent, decided.DepositCents, totals.Total) };
            await EstimateSql.SaveChoice(db, decided, totals, [.. offer.LineItems.Select(line => line.Id)], ct);
        }
        else
        {
            await EstimateSql.SaveStatus(db, decided, ct);
        }

        await EstimateSql.AddDecision(db, decided, Decision.Of(decided, offer.ContentHash!, user, request.SignedName, http), ct);
    }
}
