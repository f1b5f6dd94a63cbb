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

        var invoices = app.MapGroup("/api/v1/invoice-plans").WithTags("Recurring invoices");

        invoices.MapGet("", ListInvoicePlans.Handle).Requires(Ability.ReadMoney).WithSummary("Plans of recurring invoices, newest first");
        invoices.MapPost("", CreateInvoicePlan.Handle).Requires(Ability.ManageMoney).WithSummary("Plan a recurring invoice; takes an Idempotency-Key");
        invoices.MapGet("/{id}", ListInvoicePlans.Get).Requires(Ability.ReadMoney).WithVersion().WithSummary("One invoice plan");
        invoices.MapPatch("/{id}", ChangeInvoicePlan.Handle).Requires(Ability.ManageMoney).Versioned(InvoicePlanSql.LockVersion).WithSummary("Change an invoice plan for everything that is still to come");
        invoices.MapPost("/{id}/transition", ChangeInvoicePlan.Move).Requires(Ability.ManageMoney).Versioned(InvoicePlanSql.LockVersion).WithSummary("Pause, resume or end an invoice plan");
        invoices.MapGet("/{id}/preview", ListInvoicePlans.Preview).Requires(Ability.ReadMoney).WithSummary("When an invoice plan comes round next");
        invoices.MapGet("/{id}/occurrences", ListInvoicePlans.Occurrences).Requires(Ability.ReadMoney).WithSummary("What was made of an invoice plan");
    }
}
