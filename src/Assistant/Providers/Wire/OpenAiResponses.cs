using System.Net.Http.Headers;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>OpenAI's Responses: <c>POST /responses</c>. Nothing is kept there; the whole conversation goes along each time.</summary>
internal sealed class OpenAiResponses(TimeProvider clock) : IWireFormat
{
    public string Path(Model model, bool stream) => "/responses";

    public void Authorize(HttpRequestHeaders headers, string? key) => OpenAiChat.Bearer(headers, key);

    public IAnswerReader NewReader(Model model, ModelRequest request) => new OpenAiResponsesReader();

    public WireError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body) => OpenAiChat.Error(status, headers, body, clock);

    public void Write(Utf8JsonWriter json, Model model, ModelRequest request)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Id);
        if (WireJson.Instructions(request) is { Length: > 0 } instructions) json.WriteString("instructions", instructions);
        json.WriteStartArray("input");
        foreach (var message in request.Messages)
        {
            if (message.By != Speaker.System) WriteMessage(json, message);
        }

        json.WriteEndArray();
        json.WriteNumber("max_output_tokens", request.MaxOutputTokens ?? model.MaxOutput);
        json.WriteBoolean("store", false);
        json.WriteString("service_tier", "default");
        if (request.Stream) json.WriteBoolean("stream", true);
        if (model.Sampling)
        {
            if (request.Temperature is { } temperature) json.WriteNumber("temperature", temperature);
            if (request.TopP is { } topP) json.WriteNumber("top_p", topP);
        }

        if (request.Effort is { } effort && model.Can.HasFlag(Abilities.Reasoning))
        {
            json.WriteStartObject("reasoning");
            json.WriteString("effort", OpenAiChat.Word(effort));
            json.WriteEndObject();
        }

        WriteTools(json, request);
        WriteFormat(json, request);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, Message message)
    {
        var text = message.By == Speaker.Assistant ? "output_text" : "input_text";
        if (message.Parts.Any(part => part is TextPart or ImagePart or ImageLinkPart or DocumentPart))
        {
            json.WriteStartObject();
            json.WriteString("type", "message");
            json.WriteString("role", message.By == Speaker.Assistant ? "assistant" : "user");
            json.WriteStartArray("content");
            foreach (var part in message.Parts) WriteContent(json, part, text);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case ToolCallPart call:
                    json.WriteStartObject();
                    json.WriteString("type", "function_call");
                    json.WriteString("call_id", call.Id);
                    json.WriteString("name", call.Name);
                    json.WriteString("arguments", call.Arguments);
                    json.WriteEndObject();
                    break;
                case ToolResultPart result:
                    json.WriteStartObject();
                    json.WriteString("type", "function_call_output");
                    json.WriteString("call_id", result.CallId);
                    json.WriteString("output", result.Content);
                    json.WriteEndObject();
                    break;
            }
        }
    }

    private static void WriteContent(Utf8JsonWriter json, Part part, string textType)
    {
        if (part is not (TextPart or ImagePart or ImageLinkPart or DocumentPart)) return;

        json.WriteStartObject();
        if (part is TextPart text)
        {
            json.WriteString("type", textType);
            json.WriteString("text", text.Text);
        }
        else if (part is DocumentPart document)
        {
            json.WriteString("type", "input_file");
            json.WriteString("filename", document.Name);
            json.WritePropertyName("file_data");
            WireJson.DataUrl(json, DocumentPart.MediaType, document.Data.Span);
        }
        else
        {
            json.WriteString("type", "input_image");
            json.WritePropertyName("image_url");
            if (part is ImagePart image) WireJson.DataUrl(json, image);
            else json.WriteStringValue(((ImageLinkPart)part).Address.OriginalString);
            json.WriteString("detail", (part as ImagePart)?.Detail ?? (part as ImageLinkPart)?.Detail ?? "auto");
        }

        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Tools.Count == 0) return;

        json.WriteStartArray("tools");
        foreach (var tool in request.Tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteString("name", tool.Name);
            if (tool.Description is { } description) json.WriteString("description", description);
            json.WritePropertyName("parameters");
            WireJson.RawObject(json, tool.Parameters);
            // Left out it means true here, unlike in chat completions.
            json.WriteBoolean("strict", tool.Strict ?? false);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.ParallelToolCalls is { } parallel) json.WriteBoolean("parallel_tool_calls", parallel);
        if (request.ToolUse == ToolUse.One)
        {
            json.WriteStartObject("tool_choice");
            json.WriteString("type", "function");
            json.WriteString("name", request.ToolName);
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

        json.WriteStartObject("text");
        json.WriteStartObject("format");
        json.WriteString("type", format.Schema is null ? "json_object" : "json_schema");
        if (format.Schema is { } schema)
        {
            json.WriteString("name", format.Name);
            json.WriteBoolean("strict", format.Strict);
            json.WritePropertyName("schema");
            WireJson.RawObject(json, schema);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
