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

    public static RuleException HasLeft(string field) =>
        new("PRECONDITION_FAILED", "This person is deactivated and cannot be assigned.") { Field = field };

    public static RuleException IsOver(VisitStatus status) =>
        new("IMMUTABLE_ENTITY", $"The visit is {Words<VisitStatus>.Of(status)}; its time and its technicians stay. Book another visit.") { Field = "status" };

    public static RuleException NobodyLeads() =>
        new("VALIDATION_ERROR", "Technicians need somebody who leads: name the lead in assigned_user_id, or put them first in technician_ids.") { Field = "assigned_user_id" };

    public static RuleException MustStay(string field) => new("VALIDATION_ERROR", $"{field} cannot be emptied.") { Field = field };

    public static RuleException OnlyNotes(IEnumerable<string> others) =>
        new("FORBIDDEN", $"A technician may change tech_notes only, not {string.Join(", ", others)}.");
}
