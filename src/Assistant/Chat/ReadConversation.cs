using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

/// <summary>A conversation with all that was said, and what each answer cost.</summary>
internal static class ReadConversation
{
    public sealed record Turn(int Position, string Role, JsonElement Content, string? Model, SendMessages.Tokens? Usage, Spend? Cost, string? FinishReason, DateTimeOffset CreatedAt);

    public sealed record Response(Conversation Conversation, IReadOnlyList<Turn> Messages, Spend Cost);

    public static async Task<Ok<Response>> Handle(Guid id, Caller caller, ReadDb db, CancellationToken ct) => TypedResults.Ok(await FindAsync(id, caller, db, ct));

    internal static async Task<Response> FindAsync(Guid id, Caller caller, ReadDb db, CancellationToken ct)
    {
        var conversation = await ConversationSql.Find(db, caller.Owner, id, ct) ?? throw ChatRules.NoConversation();
        var messages = await ConversationSql.Messages(db, id, ct);
        return new(conversation, [.. messages.Select(Of)], new(messages.Sum(said => said.Cost ?? 0)));
    }

    private static Turn Of(ConversationSql.Kept said)
    {
        using var content = JsonDocument.Parse(said.Content);
        return new(
            said.Position, said.Role, content.RootElement.Clone(), said.Model,
            said.InputTokens is { } input && said.OutputTokens is { } output ? new(input, output, input + output) : null,
            said.Cost is { } cost ? new Spend(cost) : null, said.Finish, said.CreatedAt);
    }
}
