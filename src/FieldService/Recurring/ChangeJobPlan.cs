using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>"All": the rule or the words of a plan change for everything that is still to come. Nothing past changes; see <see cref="RebuildPlan"/>.</summary>
internal static class ChangeJobPlan
{
    public static async Task<Ok<One<JobPlan>>> Handle(JobPlanId id, Patch<CreateJobPlan.Request> patch, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var plan = await JobPlanSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("job plan");
        if (patch.IsEmpty) return Answers.Ok(plan);
        if (plan.Status is PlanStatus.Ended) throw RecurringRules.HasEnded();

        var now = clock.GetUtcNow();
        var asked = (await patch.OverAsync(CreateJobPlan.Request.Of(plan), ct)).Over(plan);
        if (asked.Status is PlanStatus.Active && asked.Recurrence.From(now).FirstOrDefault() is null) throw RecurringRules.NeverComesRound();

        var changed = await JobPlanSql.Save(db, asked.GoingOnFrom(now), ct);
        await AuditLog.Updated(db, user, "job_plan", id, plan, changed, ct);
        await RebuildPlan.RunAsync(db, user, plan, changed, now, now, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
