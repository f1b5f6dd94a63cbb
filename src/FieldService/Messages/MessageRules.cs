using Outpost.Kernel;

namespace Outpost.FieldService.Messages;

/// <summary>Every way a message or a template refuses a request.</summary>
internal static class MessageRules
{
    public static RuleException CannotRetry(MessageStatus status) =>
        new("INVALID_TRANSITION", $"A message that is {Words<MessageStatus>.Of(status)} is not sent again.");

    public static RuleException CannotCancel(MessageStatus status) =>
        new("INVALID_TRANSITION", $"A message that is {Words<MessageStatus>.Of(status)} cannot be cancelled.");

    public static RuleException UnknownPlaceholder(string field, string name, IEnumerable<string> known) =>
        new("VALIDATION_ERROR", $"There is no placeholder {{{{{name}}}}}. Use {string.Join(", ", known)}.") { Field = field };

    public static RuleException OpenPlaceholder(string field) =>
        new("VALIDATION_ERROR", "A placeholder is written {{name}}: one of them is not closed.") { Field = field };

    public static RuleException HasNoMail() => new("PRECONDITION_FAILED", "The client has no e-mail address. Add one, then send it.");

    public static RuleException NeedsATitle() => new("VALIDATION_ERROR", "An e-mail needs a subject.") { Field = "title" };

    public static RuleException OnlyLetters(string field) => new("VALIDATION_ERROR", "Only an e-mail has a subject and HTML.") { Field = field };
}
