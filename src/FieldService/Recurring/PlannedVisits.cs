using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Visits;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>What is done and by whom at one time of a plan: the plan's own words, or what was said for this one alone.</summary>
internal sealed record PlannedWork(string Title, string? Description, IReadOnlyList<UserId> Technicians, DateTimeOffset Start, DateTimeOffset End)
{
    public static PlannedWork Of(JobPlan plan, Occurrence occurrence)
    {
        var start = occurrence.At.ToUniversalTime();
        return new(plan.Title, plan.Description, plan.TechnicianIds, start, start + plan.Duration);
    }
}

/// <summary>
/// Makes, changes and takes back the job and the visit of one time of a plan. The caller holds the lock on the plan. Nobody's being busy or gone stops a plan:
/// the visit is then there without technicians, and the occurrence says why.
/// </summary>
internal static class PlannedVisits
{
    /// <summary>Makes the job and the visit; the caller has added the occurrence.</summary>
    public static async Task<PlanOccurrence> MakeAsync(Db db, CurrentUser user, JobPlan plan, PlanOccurrence occurrence, PlannedWork work, CancellationToken ct)
    {
        var job = await JobSql.Insert(db, new(
            JobId.New(), plan.AccountId, plan.ClientId, plan.PropertyId, work.Title, work.Description, JobStatus.Scheduled, plan.Priority, work.Start, work.End,
            plan.CreatedBy, default, default), ct);
        await AuditLog.Inserted(db, user, "job", job.Id, job, ct);

        var (visit, trouble) = await WithOrWithout(db, work.Technicians, going => PlaceAsync(db, user, job, work, going, ct), ct);
        var made = occurrence with { JobId = job.Id, JobVersion = job.Version, VisitId = visit.Id, VisitVersion = visit.Version, Trouble = trouble };
        await OccurrenceSql.Save(db, plan.AccountId, made, ct);
        return made;
    }

    /// <summary>Brings what was made into line with the plan as it is now, or with what was said for this one.</summary>
    public static async Task<PlanOccurrence> ChangeAsync(Db db, CurrentUser user, JobPlan plan, PlanOccurrence occurrence, (Job Job, Visit Visit) made, PlannedWork work, CancellationToken ct)
    {
        var (job, visit) = made;
        var wanted = job with
        {
            ClientId = plan.ClientId, PropertyId = plan.PropertyId, Title = work.Title, Description = work.Description, Priority = plan.Priority,
            ScheduledStart = work.Start, ScheduledEnd = work.End,
        };
        if (wanted != job)
        {
            var saved = await JobSql.Save(db, wanted, ct);
            await AuditLog.Updated(db, user, "job", job.Id, job, saved, ct);
            wanted = saved;
        }

        var (moved, trouble) = await WithOrWithout(db, work.Technicians, going => MoveAsync(db, user, visit, work, going, ct), ct);
        var changed = occurrence with { JobVersion = wanted.Version, VisitVersion = moved.Version, Trouble = trouble };
        await OccurrenceSql.Save(db, plan.AccountId, changed, ct);
        return changed;
    }

    /// <summary>Takes the job and the visit off the calendar again. False when something refers to them by now: then they stay.</summary>
    public static async Task<bool> TakeBackAsync(Db db, CurrentUser user, (Job Job, Visit Visit) made, CancellationToken ct)
    {
        if (await JobSql.UsesOfLocked(db, made.Job, ct) is { Any: true }) return false;

        await db.RunAsync($"savepoint before_taking_back", ct);
        try
        {
            foreach (var visit in await VisitSql.DeleteOfJob(db, user.Account, made.Job.Id, ct)) await AuditLog.Deleted(db, user, "visit", visit.Id, visit, ct);
            await JobSql.Delete(db, made.Job, ct);
        }
        catch (PostgresException used) when (used.SqlState is PostgresErrorCodes.ForeignKeyViolation)
        {
            await db.RunAsync($"rollback to savepoint before_taking_back", ct);
            return false;
        }

        await AuditLog.Deleted(db, user, "job", made.Job.Id, made.Job, ct);
        return true;
    }

    /// <summary>Job and visit of an occurrence, locked; null when they are gone or never were.</summary>
    public static async Task<(Job Job, Visit Visit)?> FindAsync(Db db, CurrentUser user, PlanOccurrence occurrence, CancellationToken ct)
    {
        if (occurrence is not { JobId: { } jobId, VisitId: { } visitId }) return null;
        if (await JobSql.FindForUpdate(db, user, jobId, ct) is not { } job) return null;
        return await VisitSql.FindForUpdate(db, user, visitId, ct) is { } visit ? (job, visit) : null;
    }

    /// <summary>Whether job and visit are still as the plan left them, so that the plan may change them.</summary>
    public static bool AreUntouched(PlanOccurrence occurrence, (Job Job, Visit Visit) made) =>
        !occurrence.IsException && made.Job.Version == occurrence.JobVersion && made.Visit.Version == occurrence.VisitVersion && IsStillToCome(made);

    public static bool IsStillToCome((Job Job, Visit Visit) made) => made is { Job.Status: JobStatus.Scheduled, Visit.Status: VisitStatus.Scheduled };

    /// <summary>
    /// Locks everybody whose calendar may be written. The last of the locks, after every job and visit that is to change: who books holds theirs in this order too.
    /// </summary>
    public static Task LockPeopleAsync(Db db, CurrentUser user, IEnumerable<UserId> going, CancellationToken ct) =>
        UserSql.LockToSchedule(db, user.Account, [.. going.Distinct()], ct);

    private static async Task<Visit> PlaceAsync(Db db, CurrentUser user, Job job, PlannedWork work, IReadOnlyList<UserId> going, CancellationToken ct) =>
        (await BookVisit.PlaceAsync(db, user, job, Appointment.Between(work.Start, work.End, await VisitSql.ZoneOf(db, user, job, ct)), going, null, null, ct)).Data;

    private static async Task<Visit> MoveAsync(Db db, CurrentUser user, Visit visit, PlannedWork work, IReadOnlyList<UserId> going, CancellationToken ct)
    {
        if (visit.ScheduledStart == work.Start && visit.ScheduledEnd == work.End && going.SequenceEqual(visit.TechnicianIds)) return visit;

        var at = Appointment.Between(work.Start, work.End, await VisitSql.ZoneOf(db, user, visit, ct));
        return (await RescheduleVisit.MoveAsync(db, user, visit, visit.On(at).By(going), at, null, ct)).Data;
    }

    // A statement that was refused ends its transaction, unless there is a point to go back to.
    private static async Task<(Visit, OccurrenceTrouble?)> WithOrWithout(Db db, IReadOnlyList<UserId> technicians, Func<IReadOnlyList<UserId>, Task<Visit>> place, CancellationToken ct)
    {
        await db.RunAsync($"savepoint before_the_visit", ct);
        try
        {
            return (await place(technicians), null);
        }
        catch (RuleException refused) when (technicians.Count > 0 && refused.Code is "SCHEDULE_CONFLICT" or "PRECONDITION_FAILED")
        {
            await db.RunAsync($"rollback to savepoint before_the_visit", ct);
            return (await place([]), refused.Code is "SCHEDULE_CONFLICT" ? OccurrenceTrouble.ScheduleConflict : OccurrenceTrouble.TechnicianUnavailable);
        }
    }
}
