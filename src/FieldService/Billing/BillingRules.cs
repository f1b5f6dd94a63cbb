using Outpost.Kernel;

namespace Outpost.FieldService.Billing;

/// <summary>Every way in which billing a job's work is refused.</summary>
internal static class BillingRules
{
    public static RuleException NothingToBill() => new("CONFLICT", "There is nothing on this job that is billable, has a price and is not on an invoice yet.");

    public static RuleException IsOfAnotherJob() => new("VALIDATION_ERROR", "The invoice is for another client or another job.") { Field = "invoice_id" };
}
