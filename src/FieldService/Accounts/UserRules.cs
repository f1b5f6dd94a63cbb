using Outpost.Kernel;

namespace Outpost.FieldService.Accounts;

/// <summary>Every way a user refuses a request.</summary>
internal static class UserRules
{
    // In which company stays untold: a guess must not find out who else uses this server.
    public static RuleException EmailIsTaken() => new("CONFLICT", "This e-mail cannot be used: somebody signs in with it already.") { Field = "email" };

    public static RuleException EmailIsNotLowerCase() => new("VALIDATION_ERROR", "This e-mail has letters that cannot be stored.") { Field = "email" };

    public static RuleException OnlyAnOwner() => new("FORBIDDEN", "Only an owner may make or change an owner.");

    public static RuleException LastOwner() => new("CONFLICT", "This is the last active owner. Make somebody else an owner first.");

    public static RuleException OwnPassword() =>
        new("FORBIDDEN", "Change your own password with POST /api/v1/auth/password, which asks for the current one.") { Field = "password" };

    public static RuleException WrongPassword() => new("INVALID_CREDENTIALS", "The current password is wrong.") { Field = "current_password" };

    public static RuleException PasswordChangedMeanwhile() => new("CONFLICT", "The password was changed meanwhile. Sign in again.");

    public static RuleException AccountIsUnclear() => new("CONFLICT", "There is more than one account. Name the one that is meant.") { Field = "account" };

    public static RuleException PasswordLength(int least, int most) =>
        new("VALIDATION_ERROR", $"A password has {least} to {most} characters.") { Field = "password" };

    public static RuleException NoEmail() => new("VALIDATION_ERROR", "This is no e-mail address.") { Field = "email" };

    public static RuleException NoName() => new("VALIDATION_ERROR", "A name has 1 to 255 characters.") { Field = "full_name" };
}
