using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Automations;

/// <summary>Every way an automation refuses a request.</summary>
internal static class AutomationRules
{
    public static RuleException OneOfAType() => new("CONFLICT", "There is an automation of this type already. Change that one.") { Field = "type" };

    public static RuleException IsDisabled() => new("PRECONDITION_FAILED", "The automation is disabled. Enable it first.");

    public static RuleException NothingToChange() => new("VALIDATION_ERROR", "Name at least one field to change.");

    public static RuleException UnknownKey(string key, IEnumerable<string> known) =>
        new("VALIDATION_ERROR", $"There is no such setting. Use {string.Join(", ", known)}.") { Field = $"config.{key}" };

    public static RuleException NoNumbers(string key, decimal least, decimal most) =>
        new("VALIDATION_ERROR", FormattableString.Invariant($"{key} is a number from {least} to {most}, or a list of 1 to 10 different ones.")) { Field = $"config.{key}" };

    public static RuleException NoDays(string key, decimal least, decimal most) =>
        new("VALIDATION_ERROR", FormattableString.Invariant($"{key} is a whole number of days from {least} to {most}, or a list of 1 to 10 different ones.")) { Field = $"config.{key}" };

    public static RuleException NoTime(string key) => new("VALIDATION_ERROR", $"{key} is a time of day such as 09:00.") { Field = $"config.{key}" };

    public static RuleException NoChannels() => new("VALIDATION_ERROR", "channels is a list of email, sms, chat, each at most once.") { Field = "config.channels" };

    public static RuleException TooMuch() => new("VALIDATION_ERROR", "until is at most 400 days from now, and later than now.") { Field = "until" };

    public static RuleException NoType(string? type) => ListParameters.NoneOf("type", Words<AutomationType>.All);
}
