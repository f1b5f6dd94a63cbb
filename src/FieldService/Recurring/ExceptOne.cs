using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>
/// "This": one time of a plan is skipped, or takes place otherwise than the rule says. What is said of one time is made at once, however far ahead it is, and
/// later changes of the plan leave it alone.
/// </summary>
internal static class ExceptOne
{
    /// <param name="OccursAtLocal">Which one: what the rule says of it, also when it was moved before.</param>
    /// <param name="StartsAtLocal">When it takes place instead, on the clock at the site.</param>
    public sealed record Request(
        [property: Required] WallTime? OccursAtLocal,
        bool Skip = false,
        WallTime? StartsAtLocal = null,
        [property: Range(1, 10_080)] int? DurationMinutes = null,
        [property: StringLength(255)] string? Title = null,
        [property: StringLength(5000)] string? Description = null,
        [property: MaxLength(CreateJobPlan.MostTechnicians)] IReadOnlyList<UserId>? TechnicianIds = null)
    {
        internal bool Changes => (StartsAtLocal, DurationMinutes, Title, Description, TechnicianIds) is not (null, null, null, null, null);
    }

    public static async Task<IResult> Handle(JobPlanId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } before) return before;

        var plan = await JobPlanSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("job plan");
        if (plan.Status is PlanStatus.Ended) throw RecurringRules.HasEnded();
        if (request.Skip == request.Changes) throw request.Skip ? RecurringRules.SkipsAndChanges() : RecurringRules.SaysNothing();

        var (now, local) = (clock.GetUtcNow(), request.OccursAtLocal!.Value);
        var known = await OccurrenceSql.Find(db, plan, local, ct);
        if (known is null && !plan.Recurrence.Has(local)) throw RecurringRules.NotThen("occurs_at_local");
        var occurrence = plan.Recurrence.At(local);
        if (occurrence.At <= now) throw RecurringRules.IsPast("occurs_at_local");

        var said = request.Skip
            ? await SkipAsync(db, user, plan, known, occurrence, ct)
            : await ChangeAsync(db, user, plan, known, occurrence, request, now, ct);
        await AuditLog.Updated(db, user, "job_plan", plan.Id, new { Occurrence = known }, new { Occurrence = said }, ct);
        return await retry.CommitAsync(StatusCodes.Status200OK, new One<PlanOccurrence>(said), ct);
    }

    private static async Task<PlanOccurrence> SkipAsync(Db db, CurrentUser user, JobPlan plan, PlanOccurrence? known, Occurrence occurrence, CancellationToken ct)
    {
        var skipped = new PlanOccurrence(plan.Id, occurrence.Local, OccurrenceStatus.Skipped, occurrence.At.ToUniversalTime()) { IsException = true };
        if (known is null)
        {
            await OccurrenceSql.Add(db, user.Account, skipped, ct);
            return skipped;
        }

        // One that was changed alone may still be skipped, as long as nobody has worked on it since.
        if (await PlannedVisits.FindAsync(db, user, known, ct) is { } made
            && !(PlannedVisits.AreUntouched(known with { IsException = false }, made) && await PlannedVisits.TakeBackAsync(db, user, made, ct)))
        {
            throw RecurringRules.IsNoLongerThePlans();
        }

        await OccurrenceSql.Save(db, user.Account, skipped, ct);
        return skipped;
    }

    private static async Task<PlanOccurrence> ChangeAsync(
        Db db, CurrentUser user, JobPlan plan, PlanOccurrence? known, Occurrence occurrence, Request request, DateTimeOffset now, CancellationToken ct)
    {
        if (plan.Status is PlanStatus.Paused) throw RecurringRules.IsPaused();

        var made = known is null ? null : await PlannedVisits.FindAsync(db, user, known, ct);
        if (made is { } there && !PlannedVisits.IsStillToCome(there)) throw RecurringRules.IsNoLongerThePlans();

        // What is not said stays: as it was said for this one before, else as the plan has it.
        var usual = PlannedWork.Of(plan, occurrence);
        var start = request.StartsAtLocal is { } moved ? plan.Recurrence.At(moved).At.ToUniversalTime() : made?.Visit.ScheduledStart ?? usual.Start;
        if (start <= now) throw RecurringRules.IsPast("starts_at_local");

        var lasts = request.DurationMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : made is { } was ? was.Visit.ScheduledEnd - was.Visit.ScheduledStart : plan.Duration;
        var work = new PlannedWork(
            request.Title ?? made?.Job.Title ?? usual.Title, request.Description ?? made?.Job.Description ?? usual.Description,
            request.TechnicianIds ?? (made is { } going ? going.Visit.TechnicianIds : usual.Technicians), start, start + lasts);

        var said = (known ?? new(plan.Id, occurrence.Local, OccurrenceStatus.Made, occurrence.At.ToUniversalTime())) with { Status = OccurrenceStatus.Made, IsException = true };
        if (known is null) await OccurrenceSql.Add(db, user.Account, said, ct);
        return made is { } both
            ? await PlannedVisits.ChangeAsync(db, user, plan, said, both, work, ct)
            : await PlannedVisits.MakeAsync(db, user, plan, said, work, ct);
    }
}
