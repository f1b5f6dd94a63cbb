using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>A draft that came to nothing is deleted with its visits.</summary>
internal static class DeleteJob
{
    public static async Task<NoContent> Handle(JobId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var job = await JobSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("job");
        if (job.Status is not JobStatus.Draft) throw JobRules.IsNoDraft(job.Status);
        if (await JobSql.UsesOfLocked(db, job, ct) is { Any: true } uses) throw JobRules.IsInUse(uses);

        foreach (var visit in await VisitSql.DeleteOfJob(db, user.Account, id, ct))
        {
            await AuditLog.Deleted(db, user, "visit", visit.Id, visit, ct);
        }

        await JobSql.Delete(db, job, ct);
        await AuditLog.Deleted(db, user, "job", id, job, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
