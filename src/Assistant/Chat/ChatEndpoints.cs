using Outpost.Assistant.Asking;
using Outpost.Assistant.Web;
using Outpost.Platform.Http;

namespace Outpost.Assistant.Chat;

internal static class ChatEndpoints
{
    public static void MapChat(this IEndpointRouteBuilder app)
    {
        var chat = app.MapGroup("/api/chat").WithTags("Chat");
        chat.MapPost("/", SendMessages.Handle).Requires(Ability.Chat).CountsAs(CallKind.Chat).WithBodyLimit(MessageReader.BodyLimit).WithSummary("Ask, and get the whole answer");
        chat.MapPost("/stream", StreamAnswer.Handle).Requires(Ability.Chat).CountsAs(CallKind.Chat).WithBodyLimit(MessageReader.BodyLimit).WithSummary("Ask, and get the answer as it comes, as server-sent events");
        chat.MapPost("/sessions", StartSession.Handle).Requires(Ability.Chat).WithSummary("Begin a session, in a new conversation or in one that was begun before");
        chat.MapGet("/sessions/{id:guid}", SeeSession.Handle).Requires(Ability.Chat).WithSummary("A session and how long it lives");
        chat.MapDelete("/sessions/{id:guid}", EndSession.Handle).Requires(Ability.Chat).WithSummary("End a session; its conversation stays");

        var conversations = app.MapGroup("/api/conversations").WithTags("Conversations");
        conversations.MapGet("", ListConversations.Handle).Requires(Ability.Chat).WithSummary("One's own conversations, the latest first");
        conversations.MapGet("/{id:guid}", ReadConversation.Handle).Requires(Ability.Chat).WithSummary("A conversation with all that was said");
        conversations.MapPatch("/{id:guid}", RenameConversation.Handle).Requires(Ability.Chat).WithSummary("Give a conversation another title");
        conversations.MapDelete("/{id:guid}", DeleteConversation.Handle).Requires(Ability.Chat).WithSummary("Forget a conversation; what it cost stays in the ledger");
        conversations.MapGet("/{id:guid}/export", ExportConversation.Handle).Requires(Ability.Chat).WithSummary("A conversation as a file, Markdown or JSON");
    }
}
