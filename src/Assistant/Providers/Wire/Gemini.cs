using System.Net.Http.Headers;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>Google's Gemini: <c>generateContent</c>, and <c>streamGenerateContent</c> as server-sent events. The key goes into a header, never into the address.</summary>
internal sealed class Gemini(TimeProvider clock) : IWireFormat
{
    public const string Mark = "gemini:";

    public string Path(Model model, bool stream) => $"/models/{Uri.EscapeDataString(model.Id)}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}";

    public void Authorize(HttpRequestHeaders headers, string? key)
    {
        if (key is not null) headers.TryAddWithoutValidation("x-goog-api-key", key);
    }

    public IAnswerReader NewReader(Model model, ModelRequest request) => new GeminiReader(model);

    public WireError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body)
    {
        var error = GeminiReader.ErrorOf(body);
        var code = WireErrors.Code(error?.Status);
        var wait = error?.Details?.Select(detail => WireErrors.Duration(detail.RetryDelay)).FirstOrDefault(delay => delay is not null) ?? WireErrors.RetryAfter(headers, clock.GetUtcNow());
        return new(Of(code, status, error), code, wait);
    }

    internal static Fault Of(string? code, int status, GeminiError? error) => code switch
    {
        "RESOURCE_EXHAUSTED" => IsLasting(error) ? Fault.OutOfMoney : Fault.RateLimited,
        "UNAVAILABLE" => Fault.Overloaded,
        "DEADLINE_EXCEEDED" => Fault.TimedOut,
        "INTERNAL" or "UNKNOWN" => Fault.ServerError,
        "PERMISSION_DENIED" or "UNAUTHENTICATED" or "NOT_FOUND" => Fault.NotAllowed,
        "INVALID_ARGUMENT" or "FAILED_PRECONDITION" or "OUT_OF_RANGE" => Fault.Rejected,
        _ => status == 200 ? Fault.ServerError : WireErrors.Of(status),
    };

    public void Write(Utf8JsonWriter json, Model model, ModelRequest request)
    {
        json.WriteStartObject();
        if (WireJson.Instructions(request) is { Length: > 0 } instructions)
        {
            json.WriteStartObject("systemInstruction");
            json.WriteStartArray("parts");
            WriteText(json, instructions);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        WriteContents(json, request);
        WriteTools(json, request);
        json.WriteStartObject("generationConfig");
        json.WriteNumber("maxOutputTokens", request.MaxOutputTokens ?? model.MaxOutput);
        if (model.Sampling)
        {
            if (request.Temperature is { } temperature) json.WriteNumber("temperature", temperature);
            if (request.TopP is { } topP) json.WriteNumber("topP", topP);
        }

        if (request.Stop.Count > 0)
        {
            json.WriteStartArray("stopSequences");
            foreach (var stop in request.Stop) json.WriteStringValue(stop);
            json.WriteEndArray();
        }

        if (request.Format is { } format)
        {
            json.WriteString("responseMimeType", "application/json");
            if (format.Schema is { } schema)
            {
                json.WritePropertyName("responseJsonSchema");
                WireJson.RawObject(json, schema);
            }
        }

        if (request.Effort is { } effort && model.Can.HasFlag(Abilities.Reasoning))
        {
            json.WriteStartObject("thinkingConfig");
            json.WriteNumber("thinkingBudget", effort switch { ReasoningEffort.Low => 1024, ReasoningEffort.Medium => 8192, ReasoningEffort.High => 24576 });
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    // A limit of a day, or of nothing at all, is not over in the time that a request has.
    private static bool IsLasting(GeminiError? error) => error?.Details?.Any(detail => detail.Violations?.Any(violation =>
        violation.QuotaId?.Contains("PerDay", StringComparison.OrdinalIgnoreCase) == true || violation.QuotaValue is "0") == true) == true;

    private static void WriteContents(Utf8JsonWriter json, ModelRequest request)
    {
        json.WriteStartArray("contents");
        string? open = null;
        foreach (var message in request.Messages)
        {
            if (message.By == Speaker.System) continue;

            var role = message.By == Speaker.Assistant ? "model" : "user";
            if (role != open)
            {
                Close();
                json.WriteStartObject();
                json.WriteString("role", role);
                json.WriteStartArray("parts");
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
            case TextPart { Text.Length: > 0 } text:
                WriteText(json, text.Text);
                break;
            case ImagePart image:
                json.WriteStartObject();
                json.WriteStartObject("inlineData");
                json.WriteString("mimeType", image.MediaType);
                json.WriteBase64String("data", image.Data.Span);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case DocumentPart document:
                json.WriteStartObject();
                json.WriteStartObject("inlineData");
                json.WriteString("mimeType", DocumentPart.MediaType);
                json.WriteBase64String("data", document.Data.Span);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case ImageLinkPart link:
                json.WriteStartObject();
                json.WriteStartObject("fileData");
                json.WriteString("fileUri", link.Address.OriginalString);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case ToolCallPart call:
                json.WriteStartObject();
                json.WriteStartObject("functionCall");
                json.WriteString("name", call.Name);
                json.WritePropertyName("args");
                WireJson.RawObject(json, call.Arguments);
                json.WriteEndObject();
                if (WireJson.Signed(call.Signature, Mark) is { } proof) json.WriteString("thoughtSignature", proof);
                json.WriteEndObject();
                break;
            case ToolResultPart result:
                json.WriteStartObject();
                json.WriteStartObject("functionResponse");
                json.WriteString("name", result.Name);
                json.WritePropertyName("response");
                WriteResult(json, result);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case ThinkingPart thinking when WireJson.Signed(thinking.Signature, Mark) is { } signature:
                json.WriteStartObject();
                json.WriteString("text", "");
                json.WriteString("thoughtSignature", signature);
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    // The API wants an object here, and tools give back text.
    private static void WriteResult(Utf8JsonWriter json, ToolResultPart result)
    {
        if (!result.IsError && WireJson.IsObject(result.Content))
        {
            json.WriteRawValue(result.Content, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString(result.IsError ? "error" : "result", result.Content);
        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Tools.Count == 0) return;

        json.WriteStartArray("tools");
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations");
        foreach (var tool in request.Tools)
        {
            json.WriteStartObject();
            json.WriteString("name", tool.Name);
            json.WriteString("description", tool.Description ?? "");
            json.WritePropertyName("parametersJsonSchema");
            WireJson.RawObject(json, tool.Parameters);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        if (request.ToolUse == ToolUse.Auto) return;

        json.WriteStartObject("toolConfig");
        json.WriteStartObject("functionCallingConfig");
        json.WriteString("mode", request.ToolUse == ToolUse.None ? "NONE" : "ANY");
        if (request is { ToolUse: ToolUse.One, ToolName: { } name })
        {
            json.WriteStartArray("allowedFunctionNames");
            json.WriteStringValue(name);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
