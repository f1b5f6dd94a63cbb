using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

/// <summary>A conversation as a file to keep or to pass on.</summary>
internal static class ExportConversation
{
    public static async Task<FileContentHttpResult> Handle(Guid id, string? format, Caller caller, ReadDb db, CancellationToken ct)
    {
        if (format is not (null or "markdown" or "json")) throw ChatRules.UnknownFormat();

        var found = await ReadConversation.FindAsync(id, caller, db, ct);
        return format is "json"
            ? TypedResults.File(JsonSerializer.SerializeToUtf8Bytes(found, WireJson.Options), "application/json", $"conversation-{id:N}.json")
            : TypedResults.File(Encoding.UTF8.GetBytes(Markdown(found)), "text/markdown; charset=utf-8", $"conversation-{id:N}.md");
    }

    private static string Markdown(ReadConversation.Response found)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {found.Conversation.Title}\n\n{found.Conversation.CreatedAt:yyyy-MM-dd HH:mm} UTC, {found.Cost} dollars\n");
        if (found.Conversation.System is { } system) text.Append(CultureInfo.InvariantCulture, $"\n> {system.Replace("\n", "\n> ", StringComparison.Ordinal)}\n");
        foreach (var said in found.Messages)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {(said.Role == "user" ? "User" : $"Assistant ({said.Model})")}\n\n");
            foreach (var part in said.Content.EnumerateArray())
            {
                if (part.TryGetProperty("text", out var words) && words.ValueKind is JsonValueKind.String) text.Append(words.GetString()).Append('\n');
                else text.Append(CultureInfo.InvariantCulture, $"*({part.GetProperty("type").GetString()!.Replace('_', ' ')})*\n");
            }

            if (said.FinishReason is "cut" or "cancelled") text.Append("\n*(the answer broke off here)*\n");
        }

        return text.ToString();
    }
}
