using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>The owner throws a draft away. What went out to a client stays.</summary>
internal static class DeleteEstimate
{
    public sealed record Response(bool Deleted);

    public static async Task<Ok<Response>> Handle(EstimateId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var estimate = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        if (estimate.Status is not EstimateStatus.Draft) throw EstimateRules.IsNoDraft(estimate.Status);

        await AuditLog.Deleted(db, user, "estimate", id, await GetEstimate.WrittenAsync(db, user.Account, id, ct), ct);
        await EstimateSql.Delete(db, estimate, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new Response(true));
    }
}
