using Outpost.Kernel;

namespace Outpost.FieldService.Estimates;

/// <summary>Every way an estimate refuses a request.</summary>
internal static class EstimateRules
{
    public static RuleException CannotMove(EstimateStatus from, EstimateStatus to) =>
        new("INVALID_TRANSITION", $"An estimate cannot go from {Words<EstimateStatus>.Of(from)} to {Words<EstimateStatus>.Of(to)} by hand.") { Field = "status" };

    public static RuleException HasExpired() =>
        new("PRECONDITION_FAILED", "The estimate was open until a day that has passed. Send a new one.") { Field = "expires_at" };

    public static RuleException OnlyInternalNotes() =>
        new("IMMUTABLE_ENTITY", "The client has this estimate: only internal_notes can change.");

    public static RuleException IsDecided(EstimateStatus status) =>
        new("IMMUTABLE_ENTITY", $"This estimate is {Words<EstimateStatus>.Of(status)} and cannot change.");

    public static RuleException IsNoDraft(EstimateStatus status) =>
        new("IMMUTABLE_ENTITY", $"Only a draft can be deleted; this estimate is {Words<EstimateStatus>.Of(status)}.");

    public static RuleException IsNotApproved(EstimateStatus status) =>
        new("CONFLICT", $"Only an approved estimate becomes an invoice; this one is {Words<EstimateStatus>.Of(status)}.");

    public static RuleException HasAnInvoice() => new("CONFLICT", "There is an invoice for this estimate.");
}
