using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>The office books a visit, for somebody or for whoever will be free.</summary>
internal static class BookVisit
{
    public sealed record Request(
        [property: Required] DateTimeOffset? ScheduledStart,
        [property: Required] DateTimeOffset? ScheduledEnd,
        UserId? AssignedUserId,
        [property: StringLength(5000)] string? TechNotes)
    {
        /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
        public void SeeThatItEndsAfterItStarts()
        {
            if (ScheduledEnd <= ScheduledStart) throw VisitRules.EndsBeforeItStarts();
        }
    }

    public static async Task<IResult> Handle(JobId id, Request request, CurrentUser user, Db db, Idempotency idempotency, CancellationToken ct)
    {
        request.SeeThatItEndsAfterItStarts();
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        // Whether a job's work is done is decided under this lock, so no visit appears behind the decision.
        var job = await JobSql.FindToMove(db, user, id, ct) ?? throw Missing.Of("job");
        await SeeThatTheyWorkHere(db, user, request.AssignedUserId, ct);

        var visit = await VisitSql.Insert(db, new(
            VisitId.New(), user.Account, job.Id, request.AssignedUserId, VisitStatus.Scheduled, request.ScheduledStart!.Value, request.ScheduledEnd!.Value,
            null, null, request.TechNotes, default, default), ct);
        await AuditLog.Inserted(db, user, "visit", visit.Id, visit, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<Visit>(visit), ct);
    }

    /// <exception cref="Kernel.RuleException">NOT_FOUND; PRECONDITION_FAILED when the person is deactivated.</exception>
    internal static async Task SeeThatTheyWorkHere(Db db, CurrentUser user, UserId? assigned, CancellationToken ct)
    {
        if (assigned is not { } person) return;
        if (await UserSql.FindForShare(db, user.Account, person, ct) is not { } found) throw Missing.Of("user", "assigned_user_id");
        if (found.DeactivatedAt is not null) throw VisitRules.HasLeft();
    }
}
