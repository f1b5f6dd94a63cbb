using Outpost.Kernel;

namespace Outpost.FieldService.Accounts;

/// <summary>Every way an invitation refuses a request.</summary>
internal static class InvitationRules
{
    // Unknown, used, revoked and too old read the same: a guess learns nothing.
    public static RuleException NoLongerValid() => new("NOT_FOUND", "This link does not work any more. Ask the office for a new one.") { Field = "token" };

    public static RuleException IsInvited() => new("CONFLICT", "Somebody with this e-mail is invited already. Send that invitation again, or revoke it.") { Field = "email" };

    public static RuleException IsOver() => new("CONFLICT", "This invitation was accepted or revoked. Make a new one.");

    public static RuleException IsDeactivated() => new("CONFLICT", "Somebody who is deactivated does not get a new password. Let them sign in again first.");
}
