using Outpost.FieldService.Web;

namespace Outpost.FieldService.Recurring;

internal static class RecurringEndpoints
{
    public static void MapRecurring(this IEndpointRouteBuilder app)
    {
        var plans = app.MapGroup("/api/v1/job-plans").WithTags("Recurring jobs");

        plans.MapGet("", ListJobPlans.Handle).Requires(Ability.ManageJobs).WithSummary("Plans of recurring jobs, newest first");
        plans.MapPost("", CreateJobPlan.Handle).Requires(Ability.ManageJobs).WithSummary("Plan a recurring job; takes an Idempotency-Key");
        plans.MapPost("/preview", PreviewJobPlan.Handle).Requires(Ability.ManageJobs).WithSummary("When a rule comes round, before it is saved");
        plans.MapGet("/{id}", GetJobPlan.Handle).Requires(Ability.ManageJobs).WithVersion().WithSummary("One plan");
        plans.MapPatch("/{id}", ChangeJobPlan.Handle).Requires(Ability.ManageJobs).Versioned(JobPlanSql.LockVersion).WithSummary("Change a plan for everything that is still to come");
        plans.MapPost("/{id}/following", SplitJobPlan.Handle).Requires(Ability.ManageJobs).Versioned(JobPlanSql.LockVersion).WithSummary("Change a plan from one time (?from=) on: it ends there and another follows");
        plans.MapPost("/{id}/exceptions", ExceptOne.Handle).Requires(Ability.ManageJobs).Versioned(JobPlanSql.LockVersion).WithSummary("Skip or change one time only; takes an Idempotency-Key");
        plans.MapPost("/{id}/transition", MoveJobPlan.Handle).Requires(Ability.ManageJobs).Versioned(JobPlanSql.LockVersion).WithSummary("Pause, resume or end a plan");
        plans.MapGet("/{id}/preview", PreviewJobPlan.OfPlan).Requires(Ability.ManageJobs).WithSummary("When a plan comes round next");
        plans.MapGet("/{id}/occurrences", ListOccurrences.Handle).Requires(Ability.ManageJobs).WithSummary("What became of each time of a plan");
    }
}
