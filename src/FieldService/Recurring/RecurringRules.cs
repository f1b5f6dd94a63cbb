using Outpost.Kernel;

namespace Outpost.FieldService.Recurring;

/// <summary>Every way a plan refuses a request.</summary>
internal static class RecurringRules
{
    public static RuleException RuleIs(string wrong) => new("VALIDATION_ERROR", $"The recurrence rule is {wrong}.") { Field = "rrule" };

    public static RuleException NeverComesRound() =>
        new("VALIDATION_ERROR", "By this rule it never comes round from now on. Look at its start, its end and the days it names.") { Field = "rrule" };

    public static RuleException NoTime(string parameter) =>
        new("VALIDATION_ERROR", $"{parameter} must be a date and time on the site's clock, without offset, such as 2026-11-30T09:00.") { Field = parameter };

    public static RuleException CannotMove(PlanStatus from, PlanStatus to) =>
        new("INVALID_TRANSITION", $"A plan cannot go from {Words<PlanStatus>.Of(from)} to {Words<PlanStatus>.Of(to)}.") { Field = "status" };

    public static RuleException HasEnded() => new("IMMUTABLE_ENTITY", "This plan has ended. Make a new one.");

    public static RuleException IsPaused() => new("PRECONDITION_FAILED", "This plan is paused and makes nothing. Resume it first.");

    public static RuleException NotThen(string field) => new("NOT_FOUND", "The plan does not come round at this time. Its preview lists when it does.") { Field = field };

    public static RuleException IsPast(string field) => new("PRECONDITION_FAILED", "This time is over, and what is past is not changed.") { Field = field };

    public static RuleException IsNoLongerThePlans() =>
        new("CONFLICT", "Somebody has worked on this one or changed it by hand. Change or cancel its visit itself.") { Field = "occurs_at_local" };

    public static RuleException SaysNothing() => new("VALIDATION_ERROR", "Say what is to change for this one, or skip it.");

    public static RuleException SkipsAndChanges() => new("VALIDATION_ERROR", "What is skipped takes place at no other time: either skip it or change it.") { Field = "skip" };

    public static RuleException NotInATemplate(string field) =>
        new("VALIDATION_ERROR", $"An invoice that comes round has no {field} of its own: terms_days say when each is due.") { Field = $"invoice.{field}" };
}
