using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>
/// "This and following": the plan ends before the time that is named, and another that follows it begins there with what is new. What was made from then on
/// goes over to it, see <see cref="RebuildPlan"/>. A rule with a number of times keeps that number over both.
/// </summary>
internal static class SplitJobPlan
{
    /// <param name="from">What the rule says of the first time that is to be different.</param>
    public static async Task<Created<One<JobPlan>>> Handle(
        JobPlanId id, string? from, Patch<CreateJobPlan.Request> patch, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var plan = await JobPlanSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("job plan");
        if (!WallTime.TryParse(from, out var first)) throw RecurringRules.NoTime("from");
        if (plan.Status is PlanStatus.Ended) throw RecurringRules.HasEnded();

        var (now, recurrence) = (clock.GetUtcNow(), plan.Recurrence);
        if (!recurrence.Has(first)) throw RecurringRules.NotThen("from");
        var at = recurrence.At(first).At.ToUniversalTime();
        if (at <= now) throw RecurringRules.IsPast("from");

        var rule = recurrence.Rule;
        var counted = Expansion.Days(rule, plan.StartsAtLocal.Local.Date, plan.StartsAtLocal.Local.Date, first.Local.Date.PlusDays(-1)).Take(rule.Count ?? 0).Count();
        var rest = plan with { StartsAtLocal = first, Rrule = RuleText.Write(rule with { Count = rule.Count - counted }), Exdates = [.. plan.Exdates.Where(time => time >= first)] };
        var asked = (await patch.OverAsync(CreateJobPlan.Request.Of(rest), ct)).Over(rest) with
        {
            Id = JobPlanId.New(), FollowsPlanId = plan.Id, CreatedBy = user.Id,
        };
        // From the time that was named on and never before it, whatever the new rule says of earlier days.
        asked = asked.GoingOnFrom(LaterOf(now, asked.Recurrence.At(new(first.Local.Date.AtMidnight())).At));
        if (asked.Status is PlanStatus.Active && asked.NextAt is null) throw RecurringRules.NeverComesRound();

        var before = rule with { Count = null, Until = new(first.Local.PlusSeconds(-1), IsUtc: false, IsDate: false) };
        var shortened = plan with { Rrule = RuleText.Write(before) };
        // The next one of the shortened plan is the one it had, unless that belongs to the other now.
        if (shortened.NextAt >= at) shortened = shortened with { NextAt = null };
        shortened = await JobPlanSql.Save(db, shortened, ct);
        await AuditLog.Updated(db, user, "job_plan", plan.Id, plan, shortened, ct);

        var following = await JobPlanSql.Insert(db, asked, ct);
        await AuditLog.Inserted(db, user, "job_plan", following.Id, following, ct);
        await RebuildPlan.RunAsync(db, user, plan, following, at, now, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/job-plans/{following.Id.Value}", following);
    }

    private static DateTimeOffset LaterOf(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other.ToUniversalTime();
}
