using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>
/// A plan is paused, goes on, or ends. While it is paused and when it has ended, what it had made ahead and nobody has touched is taken back; going on makes
/// nothing up for. Asking for the status it has changes nothing.
/// </summary>
internal static class MoveJobPlan
{
    public sealed record Request([property: Required] PlanStatus? Status);

    public static async Task<Ok<One<JobPlan>>> Handle(JobPlanId id, Request request, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var plan = await JobPlanSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("job plan");
        if (request.Status == plan.Status) return Answers.Ok(plan);

        var now = clock.GetUtcNow();
        var moved = await JobPlanSql.Save(db, plan.To(request.Status!.Value, now), ct);
        await AuditLog.Updated(db, user, "job_plan", id, plan, moved, ct);
        if (moved.Status is not PlanStatus.Active) await RebuildPlan.RunAsync(db, user, plan, null, now, now, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(moved);
    }
}
