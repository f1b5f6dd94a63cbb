using Outpost.Kernel;

namespace Outpost.FieldService.Recurring;

/// <summary>Every way a plan refuses a request.</summary>
internal static class RecurringRules
{
    public static RuleException RuleIs(string wrong) => new("VALIDATION_ERROR", $"The recurrence rule is {wrong}.") { Field = "rrule" };
}
