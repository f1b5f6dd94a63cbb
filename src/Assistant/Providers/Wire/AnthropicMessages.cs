using System.Net.Http.Headers;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>Anthropic's Messages: <c>POST /v1/messages</c>.</summary>
internal sealed class AnthropicMessages(TimeProvider clock) : IWireFormat
{
    public const string Mark = "anthropic:";
    public const string RedactedMark = "anthropic-redacted:";

    private const int SmallestBudget = 1024;

    public string Path(Model model, bool stream) => "/v1/messages";

    public void Authorize(HttpRequestHeaders headers, string? key)
    {
        if (key is not null) headers.TryAddWithoutValidation("x-api-key", key);
        headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
    }

    public IAnswerReader NewReader(Model model, ModelRequest request) => new AnthropicReader(FormatTool(request));

    public WireError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body)
    {
        var type = AnthropicReader.ErrorType(body);
        var fault = type is null ? WireErrors.Of(status) : Of(type, status);
        // Told as a bad request; the only way to know is to read the sentence.
        if (fault == Fault.Rejected && (body.IndexOf("credit balance is too low"u8) >= 0 || body.IndexOf("usage limits"u8) >= 0)) fault = Fault.OutOfMoney;
        if (fault == Fault.RateLimited && (WireErrors.Header(headers, "x-should-retry") == "false" || body.IndexOf("spend limit"u8) >= 0)) fault = Fault.OutOfMoney;
        return new(fault, type, WireErrors.RetryAfter(headers, clock.GetUtcNow()));
    }

    public void Write(Utf8JsonWriter json, Model model, ModelRequest request)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Id);
        json.WriteNumber("max_tokens", request.MaxOutputTokens ?? model.MaxOutput);
        if (request.Stream) json.WriteBoolean("stream", true);
        WriteSystem(json, request);
        WriteMessages(json, request);
        WriteTools(json, request);
        var thinks = WriteThinking(json, model, request);
        if (model.Sampling && !thinks)
        {
            if (request.Temperature is { } temperature) json.WriteNumber("temperature", Math.Min(temperature, 1));
            if (request.TopP is { } topP && request.Temperature is null) json.WriteNumber("top_p", topP);
        }

        if (request.Stop.Count > 0)
        {
            json.WriteStartArray("stop_sequences");
            foreach (var stop in request.Stop) json.WriteStringValue(stop);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    internal static Fault Of(string type, int status) => type switch
    {
        "billing_error" => Fault.OutOfMoney,
        "rate_limit_error" => Fault.RateLimited,
        "overloaded_error" => Fault.Overloaded,
        "timeout_error" => Fault.TimedOut,
        "api_error" => Fault.ServerError,
        "authentication_error" or "permission_error" or "not_found_error" => Fault.NotAllowed,
        "invalid_request_error" or "request_too_large" => Fault.Rejected,
        _ => WireErrors.Of(status),
    };

    // There is no answer format that every model here knows, but all can be made to call a tool: its arguments are the answer then.
    private static string? FormatTool(ModelRequest request) => request is { Format: { } format, Tools.Count: 0 } ? format.Name : null;

    private static void WriteSystem(Utf8JsonWriter json, ModelRequest request)
    {
        var text = WireJson.Instructions(request);
        // Beside real tools the answer's form can only be asked for.
        if (request is { Format: { } format, Tools.Count: > 0 })
            text = $"{text}\n\nWhen you answer rather than call a tool, answer with nothing but JSON{(format.Schema is { } schema ? $" that fits this schema: {schema}" : "")}.".TrimStart();
        if (text.Length == 0) return;

        json.WriteStartArray("system");
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        WriteCacheControl(json, request.Cache);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteCacheControl(Utf8JsonWriter json, CacheLifetime cache)
    {
        if (cache == CacheLifetime.None) return;

        json.WriteStartObject("cache_control");
        json.WriteString("type", "ephemeral");
        if (cache == CacheLifetime.OneHour) json.WriteString("ttl", "1h");
        json.WriteEndObject();
    }

    // The results of all tools that were called at once belong into one message of the user.
    private static void WriteMessages(Utf8JsonWriter json, ModelRequest request)
    {
        json.WriteStartArray("messages");
        string? open = null;
        foreach (var message in request.Messages)
        {
            if (message.By == Speaker.System) continue;

            var role = message.By == Speaker.Assistant ? "assistant" : "user";
            if (role != open)
            {
                Close();
                json.WriteStartObject();
                json.WriteString("role", role);
                json.WriteStartArray("content");
                open = role;
            }

            foreach (var part in message.Parts) WritePart(json, part);
        }

        Close();
        json.WriteEndArray();

        void Close()
        {
            if (open is null) return;

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void WritePart(Utf8JsonWriter json, Part part)
    {
        switch (part)
        {
            case TextPart { Text.Length: 0 }:
                return;
            case TextPart text:
                Begin("text");
                json.WriteString("text", text.Text);
                break;
            case ImagePart image:
                Begin("image");
                json.WriteStartObject("source");
                json.WriteString("type", "base64");
                json.WriteString("media_type", image.MediaType);
                json.WriteBase64String("data", image.Data.Span);
                json.WriteEndObject();
                break;
            case DocumentPart document:
                Begin("document");
                json.WriteStartObject("source");
                json.WriteString("type", "base64");
                json.WriteString("media_type", DocumentPart.MediaType);
                json.WriteBase64String("data", document.Data.Span);
                json.WriteEndObject();
                json.WriteString("title", document.Name);
                break;
            case ImageLinkPart link:
                Begin("image");
                json.WriteStartObject("source");
                json.WriteString("type", "url");
                json.WriteString("url", link.Address.OriginalString);
                json.WriteEndObject();
                break;
            case ToolCallPart call:
                Begin("tool_use");
                json.WriteString("id", call.Id);
                json.WriteString("name", call.Name);
                json.WritePropertyName("input");
                WireJson.RawObject(json, call.Arguments);
                break;
            case ToolResultPart result:
                Begin("tool_result");
                json.WriteString("tool_use_id", result.CallId);
                json.WriteString("content", result.Content);
                if (result.IsError) json.WriteBoolean("is_error", true);
                break;
            case ThinkingPart thinking when WireJson.Signed(thinking.Signature, Mark) is { } signature:
                Begin("thinking");
                json.WriteString("thinking", thinking.Text);
                json.WriteString("signature", signature);
                break;
            case ThinkingPart thinking when WireJson.Signed(thinking.Signature, RedactedMark) is { } data:
                Begin("redacted_thinking");
                json.WriteString("data", data);
                break;
            default:
                return;
        }

        json.WriteEndObject();

        void Begin(string type)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
        }
    }

    private static void WriteTools(Utf8JsonWriter json, ModelRequest request)
    {
        if (FormatTool(request) is { } name)
        {
            json.WriteStartArray("tools");
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("description", "Gives the answer.");
            json.WritePropertyName("input_schema");
            json.WriteRawValue(request.Format!.Schema ?? """{"type":"object"}""");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("tool_choice");
            json.WriteString("type", "tool");
            json.WriteString("name", name);
            json.WriteEndObject();
            return;
        }

        if (request.Tools.Count == 0) return;

        json.WriteStartArray("tools");
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            json.WriteStartObject();
            json.WriteString("name", tool.Name);
            if (tool.Description is { } description) json.WriteString("description", description);
            json.WritePropertyName("input_schema");
            WireJson.RawObject(json, tool.Parameters is "" or "{}" ? """{"type":"object"}""" : tool.Parameters);
            if (i == request.Tools.Count - 1) WriteCacheControl(json, request.Cache);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("tool_choice");
        json.WriteString("type", request.ToolUse switch { ToolUse.None => "none", ToolUse.Required => "any", ToolUse.One => "tool", _ => "auto" });
        if (request.ToolUse == ToolUse.One) json.WriteString("name", request.ToolName);
        if (request.ParallelToolCalls is false && request.ToolUse != ToolUse.None) json.WriteBoolean("disable_parallel_tool_use", true);
        json.WriteEndObject();
    }

    // A model that has to call a tool may not think first, and a budget has to leave room for the answer.
    private static bool WriteThinking(Utf8JsonWriter json, Model model, ModelRequest request)
    {
        if (request.Effort is not { } effort || FormatTool(request) is not null || request.ToolUse is ToolUse.Required or ToolUse.One) return false;

        switch (model.Thinking)
        {
            case Thinking.Adaptive:
                json.WriteStartObject("thinking");
                json.WriteString("type", "adaptive");
                json.WriteEndObject();
                json.WriteStartObject("output_config");
                json.WriteString("effort", effort switch { ReasoningEffort.Low => "low", ReasoningEffort.Medium => "medium", ReasoningEffort.High => "high" });
                json.WriteEndObject();
                return true;
            case Thinking.Budget when (request.MaxOutputTokens ?? model.MaxOutput) > 2 * SmallestBudget:
                var wanted = effort switch { ReasoningEffort.Low => SmallestBudget, ReasoningEffort.Medium => 4 * SmallestBudget, ReasoningEffort.High => 16 * SmallestBudget };
                json.WriteStartObject("thinking");
                json.WriteString("type", "enabled");
                json.WriteNumber("budget_tokens", Math.Max(SmallestBudget, Math.Min(wanted, (request.MaxOutputTokens ?? model.MaxOutput) / 2)));
                json.WriteEndObject();
                return true;
            default:
                return false;
        }
    }
}
