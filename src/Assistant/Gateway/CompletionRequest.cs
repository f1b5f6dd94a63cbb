using System.Text.Json;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Providers;
using Outpost.Kernel;
using static Outpost.Assistant.Asking.JsonFields;

namespace Outpost.Assistant.Gateway;

/// <summary>The body of <c>POST /v1/chat/completions</c>, as far as it decides about the answer. What only tunes or labels a request is passed over.</summary>
internal sealed record CompletionRequest(string Model, ModelRequest Request, bool Stream, bool IncludeUsage)
{
    /// <exception cref="RuleException">VALIDATION_ERROR, with the field as the caller spelled it</exception>
    public static CompletionRequest Read(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object) throw Wrong("", "The body is an object.");
        if (body.Text("model") is not { Length: > 0 } model) throw Wrong("model", "Name a model; auto chooses one.");
        if (body.Whole("n") is > 1) throw Wrong("n", "One answer at a time: every further one would have to be paid for.");
        if (body.Flag("logprobs") is true) throw Wrong("logprobs", "Probabilities are not available here.");
        if (body.TryGetProperty("functions", out _)) throw Wrong("functions", "Send tools instead; functions are the form before them.");

        var stream = body.Flag("stream") is true;
        var (use, name) = ToolChoice(body);
        return new(model, new()
        {
            Messages = MessageReader.Read(body),
            MaxOutputTokens = body.Whole("max_completion_tokens") ?? body.Whole("max_tokens"),
            Tools = Tools(body),
            ToolUse = use,
            ToolName = name,
            ParallelToolCalls = body.Flag("parallel_tool_calls"),
            Temperature = body.Number("temperature", 0, 2),
            TopP = body.Number("top_p", 0, 1),
            Stop = Stop(body),
            Format = Format(body),
            Effort = Effort(body),
            Stream = stream,
        }, stream, body.TryGetProperty("stream_options", out var options) && options.ValueKind is JsonValueKind.Object && options.Flag("include_usage") is true);
    }

    private static string[] Stop(JsonElement body)
    {
        if (!body.Has("stop", out var stop)) return [];
        if (stop.ValueKind is JsonValueKind.String) return [stop.GetString()!];
        if (stop.ValueKind is not JsonValueKind.Array || stop.GetArrayLength() > 4) throw Wrong("stop", "Must be text, or up to four of them.");

        return [.. stop.EnumerateArray().Select(one => one.ValueKind is JsonValueKind.String ? one.GetString()! : throw Wrong("stop", "Must be text, or up to four of them."))];
    }

    private static Tool[] Tools(JsonElement body)
    {
        if (!body.Has("tools", out var tools)) return [];
        if (tools.ValueKind is not JsonValueKind.Array) throw Wrong("tools", "Must be an array.");

        return [.. tools.EnumerateArray().Select((tool, i) =>
        {
            var field = FormattableString.Invariant($"tools[{i}]");
            if (tool.ValueKind is not JsonValueKind.Object || tool.Text("type") is not "function" || !tool.Has("function", out var function) || function.ValueKind is not JsonValueKind.Object)
                throw Wrong(field, "Must be of the type function, with a function.");
            if (function.Text("name") is not { Length: > 0 and <= 64 } name) throw Wrong($"{field}.function.name", "A tool has a name of 1 to 64 characters.");

            var parameters = function.Has("parameters", out var schema) ? schema.GetRawText() : """{"type":"object","properties":{}}""";
            return new Tool(name, function.Text("description"), parameters) { Strict = function.Flag("strict") };
        })];
    }

    private static (ToolUse, string?) ToolChoice(JsonElement body)
    {
        if (!body.Has("tool_choice", out var choice)) return (ToolUse.Auto, null);

        return choice.ValueKind switch
        {
            JsonValueKind.String => choice.GetString() switch
            {
                "auto" => (ToolUse.Auto, null),
                "none" => (ToolUse.None, null),
                "required" => (ToolUse.Required, null),
                _ => throw Wrong("tool_choice", "Must be auto, none, required or a function."),
            },
            JsonValueKind.Object when choice.Has("function", out var function) && function.ValueKind is JsonValueKind.Object && function.Text("name") is { } name => (ToolUse.One, (string?)name),
            _ => throw Wrong("tool_choice", "Must be auto, none, required or a function."),
        };
    }

    private static AnswerFormat? Format(JsonElement body)
    {
        if (!body.Has("response_format", out var format)) return null;
        if (format.ValueKind is not JsonValueKind.Object) throw Wrong("response_format", "Must be an object.");

        switch (format.Text("type"))
        {
            case "text":
                return null;
            case "json_object":
                return new(null);
            case "json_schema" when format.Has("json_schema", out var wrapped) && wrapped.ValueKind is JsonValueKind.Object && wrapped.Has("schema", out var schema):
                return new(schema.GetRawText(), wrapped.Text("name") ?? "answer", wrapped.Flag("strict") is true);
            default:
                throw Wrong("response_format", "Its type must be text, json_object or json_schema with a schema.");
        }
    }

    private static ReasoningEffort? Effort(JsonElement body) => body.Text("reasoning_effort") switch
    {
        null => null,
        "minimal" or "low" => ReasoningEffort.Low,
        "medium" => ReasoningEffort.Medium,
        "high" => ReasoningEffort.High,
        _ => throw Wrong("reasoning_effort", "Must be low, medium or high."),
    };
}
