using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>The estimate goes out to the client, and the client says yes or no. A draft job is quoted with it.</summary>
internal static class TransitionEstimate
{
    public sealed record Request([property: Required] EstimateStatus? Status);

    public sealed record Response(EstimateStatus Status, GetEstimate.Response Data);

    public static async Task<IResult> Handle(EstimateId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var estimate = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        var before = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        var moved = estimate.MovedByHand(request.Status!.Value, before.LineItems.Count > 0, clock.GetUtcNow());
        if (moved == estimate) return await retry.CommitAsync(StatusCodes.Status200OK, new Response(estimate.Status, before), ct);

        await EstimateSql.SaveStatus(db, moved, ct);
        if (moved is { Status: EstimateStatus.Sent, JobId: { } job }) await JobFollows.EstimateSentAsync(db, user, job, ct);
        var after = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        await AuditLog.Updated(db, user, "estimate", id, before, after, ct);

        return await retry.CommitAsync(StatusCodes.Status200OK, new Response(moved.Status, after), ct);
    }
}
