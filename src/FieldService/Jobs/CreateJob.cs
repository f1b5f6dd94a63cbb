using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>The office notes down work for a client. It begins as a draft.</summary>
internal static class CreateJob
{
    public sealed record Request(
        [property: Required] ClientId? ClientId,
        PropertyId? PropertyId,
        [property: Required, StringLength(255)] string Title,
        [property: StringLength(5000)] string? Description,
        [property: Range(0, 4)] int Priority,
        DateTimeOffset? ScheduledStart,
        DateTimeOffset? ScheduledEnd)
    {
        /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
        public void SeeThatItEndsAfterItStarts()
        {
            if (ScheduledEnd <= ScheduledStart) throw JobRules.EndsBeforeItStarts();
        }
    }

    public static async Task<Created<One<Job>>> Handle(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        request.SeeThatItEndsAfterItStarts();

        var job = await JobSql.Insert(db, new(
            JobId.New(), user.Account, request.ClientId!.Value, request.PropertyId, request.Title, request.Description, JobStatus.Draft, request.Priority,
            request.ScheduledStart, request.ScheduledEnd, user.Id, default, default), ct);
        await AuditLog.Inserted(db, user, "job", job.Id, job, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/jobs/{job.Id.Value}", job);
    }
}
