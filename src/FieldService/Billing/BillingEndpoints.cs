using Outpost.FieldService.Web;

namespace Outpost.FieldService.Billing;

internal static class BillingEndpoints
{
    public static void MapBilling(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/jobs/{id}/billing", BillJob.Handle).Requires(Ability.ManageMoney).WithTags("Billing").WithSummary("Put a job's billable parts, time and expenses on a draft invoice, each once; takes an Idempotency-Key");
        app.MapDelete("/api/v1/invoices/{id}/billed-work", BillJob.Release).Requires(Ability.ManageMoney).WithTags("Billing").WithSummary("Let go of what a draft charges for, so that it can be billed anew");
    }
}
