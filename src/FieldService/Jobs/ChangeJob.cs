using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>The office corrects a job. Its client stays once there are estimates or invoices for it.</summary>
internal static class ChangeJob
{
    public static async Task<Ok<One<Job>>> Handle(JobId id, Patch<CreateJob.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var job = await JobSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("job");
        if (patch.IsEmpty) return Answers.Ok(job);

        var change = await patch.OverAsync(new(
            job.ClientId, job.PropertyId, job.Title, job.Description, job.Priority, job.ScheduledStart, job.ScheduledEnd), ct);
        change.SeeThatItEndsAfterItStarts();
        if (change.ClientId != job.ClientId && await JobSql.UsesOfLocked(db, job, ct) is { Any: true } uses) throw JobRules.ClientIsFixed(uses);

        var changed = await JobSql.Save(db, job with
        {
            ClientId = change.ClientId!.Value,
            PropertyId = change.PropertyId,
            Title = change.Title,
            Description = change.Description,
            Priority = change.Priority,
            ScheduledStart = change.ScheduledStart,
            ScheduledEnd = change.ScheduledEnd,
        }, ct);
        await AuditLog.Updated(db, user, "job", id, job, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
