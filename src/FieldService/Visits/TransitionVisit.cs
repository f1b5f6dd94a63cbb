using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Checklists;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>
/// Somebody arrives, finishes or calls off a visit, and the job follows. Who arrives begins to work: <c>arrived</c> goes on to <c>in_progress</c> at once.
/// Asking for the status it has changes nothing but the notes, so a telephone with a bad connection may ask again.
/// </summary>
internal static partial class TransitionVisit
{
    public sealed record Request([property: Required] VisitStatus? Status, [property: StringLength(5000)] string? TechNotes);

    public static async Task<Ok<One<Visit>>> Handle(VisitId id, Request request, CurrentUser user, Db db, TimeProvider clock, ILogger<Visit> log, CancellationToken ct)
    {
        if (await VisitSql.FindWithJob(db, user, id, ct) is not var (visit, job)) throw Missing.Of("visit");

        var now = clock.GetUtcNow();
        var moved = visit.To(request.Status!.Value, now) with { TechNotes = request.TechNotes ?? visit.TechNotes };
        if (moved == visit) return Answers.Ok(visit);
        if (moved.Status is VisitStatus.Completed && visit.Status is not VisitStatus.Completed) await AnswerChecklist.SeeThatItIsDone(db, user.Account, id, ct);

        moved = await VisitSql.Save(db, moved, ct);
        if (moved.Status is VisitStatus.Arrived) moved = await VisitSql.Save(db, moved.To(VisitStatus.InProgress, now), ct);
        await AuditLog.Updated(db, user, "visit", id, visit, moved, ct);

        if (moved.Status != visit.Status)
        {
            if (moved.Status is VisitStatus.InProgress) await JobFollows.WorkStartedAsync(db, user, job, ct);
            if (moved.Status is VisitStatus.Completed && !await VisitSql.AnyOpen(db, job.Id, ct)) await JobFollows.WorkDoneAsync(db, user, job, ct);
        }

        await db.CommitAsync(ct);
        Moved(log, id.Value, visit.Status, moved.Status);

        return Answers.Ok(moved);
    }

    [LoggerMessage(LogLevel.Information, "Visit {VisitId} went from {From} to {To}")]
    private static partial void Moved(ILogger log, Guid visitId, VisitStatus from, VisitStatus to);
}
