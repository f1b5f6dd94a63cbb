using System.Text.Json;
using Outpost.Assistant.Providers;
using static Outpost.Assistant.Asking.JsonFields;

namespace Outpost.Assistant.Asking;

/// <summary>Reads <c>messages</c> as OpenAI's chat completions have them; the assistant's own API takes the same.</summary>
internal static class MessageReader
{
    /// <summary>Room for a dozen photographs in base64.</summary>
    public const long BodyLimit = 32 << 20;

    public static Message[] Read(JsonElement body)
    {
        if (!body.TryGetProperty("messages", out var messages) || messages.ValueKind is not JsonValueKind.Array || messages.GetArrayLength() == 0)
            throw Wrong("messages", "Must be an array with at least one message.");

        var calls = new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. messages.EnumerateArray().Select((message, i) => One(message, FormattableString.Invariant($"messages[{i}]"), calls))];
    }

    private static Message One(JsonElement message, string field, Dictionary<string, string> calls)
    {
        if (message.ValueKind is not JsonValueKind.Object) throw Wrong(field, "Must be an object.");

        var has = message.TryGetProperty("content", out var content) && content.ValueKind is not JsonValueKind.Null;
        switch (message.Text("role"))
        {
            case "system" or "developer":
                return new(Speaker.System, has ? Parts(content, field) : throw Wrong($"{field}.content", "Is required."));
            case "user":
                return new(Speaker.User, has ? Parts(content, field) : throw Wrong($"{field}.content", "Is required."));
            case "assistant":
                var parts = has ? Parts(content, field) : [];
                parts.AddRange(Calls(message, field, calls));
                return parts.Count > 0 ? new(Speaker.Assistant, parts) : throw Wrong($"{field}.content", "Content or tool_calls are required.");
            case "tool":
                if (message.Text("tool_call_id") is not { Length: > 0 } id) throw Wrong($"{field}.tool_call_id", "Is required.");
                var result = has ? string.Concat(Parts(content, field).OfType<TextPart>().Select(part => part.Text)) : throw Wrong($"{field}.content", "Is required.");
                return new(Speaker.Tool, [new ToolResultPart(id, calls.GetValueOrDefault(id, id), result)]);
            default:
                throw Wrong($"{field}.role", "Must be system, developer, user, assistant or tool.");
        }
    }

    private static IEnumerable<ToolCallPart> Calls(JsonElement message, string field, Dictionary<string, string> known)
    {
        if (!message.TryGetProperty("tool_calls", out var calls) || calls.ValueKind is JsonValueKind.Null) yield break;
        if (calls.ValueKind is not JsonValueKind.Array) throw Wrong($"{field}.tool_calls", "Must be an array.");

        foreach (var call in calls.EnumerateArray())
        {
            if (call.ValueKind is not JsonValueKind.Object || call.Text("id") is not { } id || !call.TryGetProperty("function", out var function) || function.ValueKind is not JsonValueKind.Object
                || function.Text("name") is not { } name)
            {
                throw Wrong($"{field}.tool_calls", "Each has an id and a function with its name.");
            }

            known[id] = name;
            yield return new(id, name, function.Text("arguments") ?? "{}");
        }
    }

    private static List<Part> Parts(JsonElement content, string field)
    {
        if (content.ValueKind is JsonValueKind.String) return [new TextPart(content.GetString()!)];
        if (content.ValueKind is not JsonValueKind.Array) throw Wrong($"{field}.content", "Must be text or an array of parts.");

        return [.. content.EnumerateArray().Select((part, i) => One(part, FormattableString.Invariant($"{field}.content[{i}]")))];
    }

    private static Part One(JsonElement part, string field)
    {
        if (part.ValueKind is not JsonValueKind.Object) throw Wrong(field, "Must be an object.");

        switch (part.Text("type"))
        {
            case "text":
                return new TextPart(part.Text("text") ?? throw Wrong($"{field}.text", "Is required."));
            case "refusal":
                return new TextPart(part.Text("refusal") ?? "");
            case "image_url" when part.TryGetProperty("image_url", out var image) && image.ValueKind is JsonValueKind.Object && image.Text("url") is { } url:
                return ImageReader.Read(url, image.Text("detail"), $"{field}.image_url.url");
            case "file" when part.TryGetProperty("file", out var file) && file.ValueKind is JsonValueKind.Object && file.Text("file_data") is { } data:
                return DocumentReader.Read(data, file.Text("filename"), $"{field}.file");
            default:
                throw Wrong($"{field}.type", "Must be text, image_url with its url, or file with its file_data.");
        }
    }
}
