using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Jobs;

internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/v1/jobs").WithTags("Jobs");

        jobs.MapGet("", ListJobs.Handle).Requires(Ability.ReadJobs).WithSummary("Jobs, newest first; a technician sees those with a visit of theirs");
        jobs.MapPost("", CreateJob.Handle).Requires(Ability.ManageJobs).WithSummary("Draft a job");
        jobs.MapGet("/export", ExportJobs.Handle).Requires(Ability.ManageJobs).WithSummary("Jobs as CSV");
        jobs.MapGet("/{id}", GetJob.Handle).Requires(Ability.ReadJobs).WithVersion().WithSummary("One job");
        jobs.MapPatch("/{id}", ChangeJob.Handle).Requires(Ability.ManageJobs).Versioned(JobSql.LockVersion).WithSummary("Change a job");
        jobs.MapDelete("/{id}", DeleteJob.Handle).Requires(Ability.DeleteJobs).Versioned(JobSql.LockVersion).WithSummary("Delete a draft");
        jobs.MapPost("/{id}/transition", TransitionJob.Handle).Requires(Ability.ManageJobs).Versioned(JobSql.LockVersion).WithSummary("Move a job to its next status");
        jobs.MapGet("/{id}/visits", ListVisits.OfJob).Requires(Ability.ReadJobs).WithSummary("The visits of a job, by start");
        jobs.MapPost("/{id}/visits", BookVisit.Handle).Requires(Ability.ManageJobs).WithSummary("Book a visit; takes an Idempotency-Key");
    }
}
