using Outpost.Kernel;

namespace Outpost.Assistant.Chat;

internal static class ChatRules
{
    public static RuleException NoSession() => new("SESSION_NOT_FOUND", "There is no such session, or its time is up. Begin another; a conversation can be gone on with by its conversation_id.");

    public static RuleException NoConversation() => new("CONVERSATION_NOT_FOUND", "There is no such conversation.");

    public static RuleException Busy() => new("CONFLICT", "Another message of this conversation is being answered. Wait for it.");

    public static RuleException OnlyNewMessages() => new("VALIDATION_ERROR", "In a session send only what is new, as messages of the user; what was said before is known.") { Field = "messages" };

    public static RuleException NoNul(string field) => new("VALIDATION_ERROR", "Text must not contain the NUL character.") { Field = field };

    public static RuleException NoTitle() => new("VALIDATION_ERROR", "A title has 1 to 200 characters.") { Field = "title" };

    public static RuleException UnknownFormat() => new("VALIDATION_ERROR", "A conversation is exported as markdown or json.") { Field = "format" };
}
