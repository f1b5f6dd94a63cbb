using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>The office moves a job on. Asking for the status it has changes nothing and is answered with the job.</summary>
internal static partial class TransitionJob
{
    public sealed record Request([property: Required] JobStatus? Status);

    public static async Task<Ok<One<Job>>> Handle(JobId id, Request request, CurrentUser user, Db db, ILogger<Job> log, CancellationToken ct)
    {
        var job = await JobSql.FindToMove(db, user, id, ct) ?? throw Missing.Of("job");
        var moved = job.To(request.Status!.Value);
        if (moved.Status == job.Status) return Answers.Ok(job);
        if (moved.Status is JobStatus.Invoiced && !await JobSql.HasIssuedInvoice(db, job, ct)) throw JobRules.NothingInvoiced();

        moved = await JobSql.Save(db, moved, ct);
        await AuditLog.Updated(db, user, "job", id, job, moved, ct);
        await db.CommitAsync(ct);
        Moved(log, id.Value, job.Status, moved.Status);

        return Answers.Ok(moved);
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId} went from {From} to {To}")]
    private static partial void Moved(ILogger log, Guid jobId, JobStatus from, JobStatus to);
}
