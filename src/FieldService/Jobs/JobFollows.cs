using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>
/// A job moves along by itself with what happens to its estimate, its invoice and its visits. Where the job stands elsewhere nothing happens: the
/// office has moved it by hand and knows why. Each step is a legal move and has its own row in the audit log.
/// </summary>
internal static class JobFollows
{
    /// <summary>The client has an estimate: a draft is quoted.</summary>
    public static async Task EstimateSentAsync(Db db, CurrentUser user, JobId job, CancellationToken ct)
    {
        if (await JobSql.FindToMove(db, user, job, ct) is { Status: JobStatus.Draft } draft) await Move(db, user, draft, JobStatus.Quoted, ct);
    }

    /// <summary>The client has the invoice: a completed job is invoiced.</summary>
    public static async Task InvoiceIssuedAsync(Db db, CurrentUser user, JobId job, CancellationToken ct)
    {
        if (await JobSql.FindToMove(db, user, job, ct) is { Status: JobStatus.Completed } completed) await Move(db, user, completed, JobStatus.Invoiced, ct);
    }

    /// <summary>Somebody works on site: a scheduled job is in progress. The caller holds the lock on <paramref name="job"/>.</summary>
    public static async Task WorkStartedAsync(Db db, CurrentUser user, Job job, CancellationToken ct)
    {
        if (job.Status is JobStatus.Scheduled) await Move(db, user, job, JobStatus.InProgress, ct);
    }

    /// <summary>
    /// No visit is open any more: the job is completed. A job that became scheduled after its work had begun gets there through in_progress.
    /// The caller holds the lock on <paramref name="job"/>.
    /// </summary>
    public static async Task WorkDoneAsync(Db db, CurrentUser user, Job job, CancellationToken ct)
    {
        if (job.Status is JobStatus.Scheduled) job = await Move(db, user, job, JobStatus.InProgress, ct);
        if (job.Status is JobStatus.InProgress) await Move(db, user, job, JobStatus.Completed, ct);
    }

    private static async Task<Job> Move(Db db, CurrentUser user, Job job, JobStatus next, CancellationToken ct)
    {
        var moved = await JobSql.Save(db, job.To(next), ct);
        await AuditLog.Updated(db, user, "job", job.Id, job, moved, ct);
        return moved;
    }
}
