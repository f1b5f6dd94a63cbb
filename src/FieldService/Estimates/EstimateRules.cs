using Outpost.Kernel;

namespace Outpost.FieldService.Estimates;

/// <summary>Every way an estimate refuses a request.</summary>
internal static class EstimateRules
{
    public static RuleException CannotMove(EstimateStatus from, EstimateStatus to) =>
        new("INVALID_TRANSITION", $"An estimate cannot go from {Words<EstimateStatus>.Of(from)} to {Words<EstimateStatus>.Of(to)} by hand.") { Field = "status" };

    public static RuleException HasExpired(DateOnly day) =>
        new("PRECONDITION_FAILED", $"The estimate stood until {day:yyyy-MM-dd}, and that day has passed. Make a revision with a later one.") { Field = "expires_on" };

    public static RuleException TwoDays() =>
        new("VALIDATION_ERROR", "expires_on: expires_on and expires_at name different days: send one of them.") { Field = "expires_on" };

    public static RuleException TwoDeposits() =>
        new("VALIDATION_ERROR", "deposit_cents: A deposit is a percentage of the total or an amount, not two that differ.") { Field = "deposit_cents" };

    public static RuleException DepositOutOfRange(Money total) =>
        new("VALIDATION_ERROR", $"deposit_cents: A deposit is 0 to the total of {total.Cents} cents.") { Field = "deposit_cents" };

    public static RuleException HasChanged(int revision) =>
        new("CONFLICT", $"This is not what was read: the estimate has changed and stands at revision {revision}. Read it again and decide on that.") { Field = "content_hash" };

    public static RuleException NoSuchOption() =>
        new("VALIDATION_ERROR", "chosen_line_item_ids: Only the optional lines of this estimate can be chosen, each once.") { Field = "chosen_line_item_ids" };

    public static RuleException OnlyAnApprovalChooses() =>
        new("VALIDATION_ERROR", "chosen_line_item_ids: Optional lines are chosen when the estimate is approved.") { Field = "chosen_line_item_ids" };

    public static RuleException IsADraft() => new("CONFLICT", "The estimate is a draft: change it, there is nothing to revise.");

    public static RuleException HasANewerRevision(int revision) => new("CONFLICT", $"Revision {revision} has taken the place of this one.");

    public static RuleException OnlyInternalNotes() =>
        new("IMMUTABLE_ENTITY", "The client has this estimate: only internal_notes can change. Make a revision for anything else.");

    public static RuleException IsDecided(EstimateStatus status) =>
        new("IMMUTABLE_ENTITY", $"This estimate is {Words<EstimateStatus>.Of(status)} and cannot change. Make a revision.");

    public static RuleException IsNotForTheClient(EstimateStatus status) =>
        new("PRECONDITION_FAILED", $"The estimate is {Words<EstimateStatus>.Of(status)}: only one that was sent goes to the client.");

    public static RuleException IsNoDraft(EstimateStatus status) =>
        new("IMMUTABLE_ENTITY", $"Only a draft can be deleted; this estimate is {Words<EstimateStatus>.Of(status)}.");

    public static RuleException IsNotApproved(EstimateStatus status) =>
        new("CONFLICT", $"Only an approved estimate becomes an invoice; this one is {Words<EstimateStatus>.Of(status)}.");

    public static RuleException HasAnInvoice() => new("CONFLICT", "There is an invoice for this estimate.");
}
