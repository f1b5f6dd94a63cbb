using System.Net.Http.Headers;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>OpenAI's chat completions, and what others made after them.</summary>
/// <param name="compatible">Another vendor's server, which knows the older words only.</param>
internal sealed class OpenAiChat(bool compatible, TimeProvider clock) : IWireFormat
{
    public string Path(Model model, bool stream) => "/chat/completions";

    public void Authorize(HttpRequestHeaders headers, string? key) => Bearer(headers, key);

    public IAnswerReader NewReader(Model model, ModelRequest request) => new OpenAiChatReader();

    public WireError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body) => Error(status, headers, body, clock);

    public static void Bearer(HttpRequestHeaders headers, string? key)
    {
        if (key is not null) headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
    }

    public static WireError Error(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body, TimeProvider clock)
    {
        OpenAiError? error = null;
        try
        {
            error = JsonSerializer.Deserialize(body, OpenAiChatJson.Default.OpenAiChunk)?.Error;
        }
        catch (JsonException)
        {
            // The status says enough.
        }

        var code = WireErrors.Code(error?.CodeText) ?? WireErrors.Code(error?.Type);
        return new(Of(code, WireErrors.Code(error?.Type), status), code, WireErrors.RetryAfter(headers, clock.GetUtcNow()));
    }

    public static Fault Of(string? code, string? type, int status) => (code, type) switch
    {
        ("insufficient_quota" or "billing_hard_limit_reached" or "billing_not_active", _) or (_, "insufficient_quota") => Fault.OutOfMoney,
        ("rate_limit_exceeded", _) => Fault.RateLimited,
        ("server_error", _) or (_, "server_error") => status == 503 ? Fault.Overloaded : Fault.ServerError,
        ("model_not_found" or "invalid_api_key", _) => Fault.NotAllowed,
        (_, "invalid_request_error") when status is 200 or 400 => Fault.Rejected,
        _ => status == 200 ? Fault.ServerError : WireErrors.Of(status),
    };

    public void Write(Utf8JsonWriter json, Model model, ModelRequest request)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Id);
        json.WriteStartArray("messages");
        foreach (var message in request.Messages) WriteMessage(json, message);
        json.WriteEndArray();
        json.WriteNumber(compatible ? "max_tokens" : "max_completion_tokens", request.MaxOutputTokens ?? model.MaxOutput);
        if (request.Stream)
        {
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
        }

        if (model.Sampling)
        {
            if (request.Temperature is { } temperature) json.WriteNumber("temperature", temperature);
            if (request.TopP is { } topP) json.WriteNumber("top_p", topP);
        }

        if (request.Stop.Count > 0 && model.Sampling)
        {
            json.WriteStartArray("stop");
            foreach (var stop in request.Stop) json.WriteStringValue(stop);
            json.WriteEndArray();
        }

        if (request.Effort is { } effort && model.Can.HasFlag(Abilities.Reasoning)) json.WriteString("reasoning_effort", Word(effort));
        WriteTools(json, request);
        WriteFormat(json, request);
        // A dearer tier may be the account's own default; the prices here are those of this one.
        if (!compatible) json.WriteString("service_tier", "default");
        json.WriteEndObject();
    }

    public static string Word(ReasoningEffort effort) => effort switch { ReasoningEffort.Low => "low", ReasoningEffort.Medium => "medium", ReasoningEffort.High => "high" };

    private static void WriteMessage(Utf8JsonWriter json, Message message)
    {
        // Each result of a tool is a message of its own.
        if (message.By == Speaker.Tool || message.Parts.Any(part => part is ToolResultPart))
        {
            foreach (var result in message.Parts.OfType<ToolResultPart>())
            {
                json.WriteStartObject();
                json.WriteString("role", "tool");
                json.WriteString("tool_call_id", result.CallId);
                json.WriteString("content", result.Content);
                json.WriteEndObject();
            }

            if (message.Parts.All(part => part is ToolResultPart)) return;
        }

        json.WriteStartObject();
        json.WriteString("role", message.By switch { Speaker.System => "system", Speaker.Assistant => "assistant", _ => "user" });
        if (message.Parts.Any(part => part is ImagePart or ImageLinkPart or DocumentPart)) WriteParts(json, message);
        else if (WireJson.TextOf(message).Length > 0 || !message.Parts.Any(part => part is ToolCallPart)) json.WriteString("content", WireJson.TextOf(message));
        else json.WriteNull("content");

        if (message.Parts.Any(part => part is ToolCallPart))
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in message.Parts.OfType<ToolCallPart>())
            {
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", call.Name);
                json.WriteString("arguments", call.Arguments);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter json, Message message)
    {
        json.WriteStartArray("content");
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case TextPart text:
                    json.WriteStartObject();
                    json.WriteString("type", "text");
                    json.WriteString("text", text.Text);
                    json.WriteEndObject();
                    break;
                case DocumentPart document:
                    json.WriteStartObject();
                    json.WriteString("type", "file");
                    json.WriteStartObject("file");
                    json.WriteString("filename", document.Name);
                    json.WritePropertyName("file_data");
                    WireJson.DataUrl(json, DocumentPart.MediaType, document.Data.Span);
                    json.WriteEndObject();
                    json.WriteEndObject();
                    break;
                case ImagePart or ImageLinkPart:
                    json.WriteStartObject();
                    json.WriteString("type", "image_url");
                    json.WriteStartObject("image_url");
                    json.WritePropertyName("url");
                    if (part is ImagePart image) WireJson.DataUrl(json, image);
                    else json.WriteStringValue(((ImageLinkPart)part).Address.OriginalString);
                    if (((part as ImagePart)?.Detail ?? (part as ImageLinkPart)?.Detail) is { } detail) json.WriteString("detail", detail);
                    json.WriteEndObject();
                    json.WriteEndObject();
                    break;
            }
        }

        json.WriteEndArray();
    }

    private static void WriteTools(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Tools.Count == 0) return;

        json.WriteStartArray("tools");
        foreach (var tool in request.Tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", tool.Name);
            if (tool.Description is { } description) json.WriteString("description", description);
            json.WritePropertyName("parameters");
            WireJson.RawObject(json, tool.Parameters);
            if (tool.Strict is { } strict) json.WriteBoolean("strict", strict);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.ParallelToolCalls is { } parallel) json.WriteBoolean("parallel_tool_calls", parallel);
        if (request.ToolUse == ToolUse.One)
        {
            json.WriteStartObject("tool_choice");
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", request.ToolName);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (request.ToolUse != ToolUse.Auto)
        {
            json.WriteString("tool_choice", request.ToolUse == ToolUse.None ? "none" : "required");
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Format is not { } format) return;

        json.WriteStartObject("response_format");
        json.WriteString("type", format.Schema is null ? "json_object" : "json_schema");
        if (format.Schema is { } schema)
        {
            json.WriteStartObject("json_schema");
            json.WriteString("name", format.Name);
            json.WriteBoolean("strict", format.Strict);
            json.WritePropertyName("schema");
            WireJson.RawObject(json, schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
