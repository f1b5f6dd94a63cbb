using Outpost.Kernel;

namespace Outpost.FieldService.Visits;

/// <summary>Every way a visit refuses a request.</summary>
internal static class VisitRules
{
    public static RuleException CannotMove(VisitStatus from, VisitStatus to) =>
        new("INVALID_TRANSITION", $"A visit cannot go from {Words<VisitStatus>.Of(from)} to {Words<VisitStatus>.Of(to)}.") { Field = "status" };

    public static RuleException NeedsATechnician() =>
        new("PRECONDITION_FAILED", "Nobody is assigned to this visit. Assign a technician first.") { Field = "assigned_user_id" };

    public static RuleException KeepsItsTechnician() =>
        new("PRECONDITION_FAILED", "Somebody has arrived for this visit, so it cannot be left without a technician.") { Field = "assigned_user_id" };

    public static RuleException HasLeft() =>
        new("PRECONDITION_FAILED", "This person is deactivated and cannot be assigned.") { Field = "assigned_user_id" };

    public static RuleException EndsBeforeItStarts() =>
        new("VALIDATION_ERROR", "The scheduled end must be after the scheduled start.") { Field = "scheduled_end" };

    public static RuleException OnlyNotes(IEnumerable<string> others) =>
        new("FORBIDDEN", $"A technician may change tech_notes only, not {string.Join(", ", others)}.");
}
