using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>
/// Reads chat completions of OpenAI and of the many who follow them: usage in a last chunk without choices or beside the last words, calls without an index,
/// reasoning under either of its names, and a stream that ends without saying so.
/// </summary>
internal sealed class OpenAiChatReader : IAnswerReader
{
    private readonly Dictionary<int, int> _calls = [];
    private bool _started;
    private int _toolCalls;
    private bool _refused;
    private FinishReason? _reason;

    public bool Ended { get; private set; }

    public void Event(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, List<AnswerEvent> to)
    {
        if (data.Trim((byte)' ').SequenceEqual("[DONE]"u8))
        {
            if (_reason is null) throw new JsonException("The stream ends without a reason.");

            Finish(to);
            return;
        }

        Take(Parse(data), to, whole: false);
    }

    public void Whole(ReadOnlySpan<byte> json, List<AnswerEvent> to)
    {
        var answer = Parse(json);
        if (answer.Choices is not { Count: > 0 }) throw new JsonException("This is no completion.");

        Take(answer, to, whole: true);
        _reason ??= FinishReason.Stop;
        Finish(to);
    }

    // Some servers close after the last word and never say [DONE].
    public void EndOfStream(List<AnswerEvent> to)
    {
        if (_reason is not null) Finish(to);
    }

    internal static Usage? UsageOf(OpenAiUsage usage)
    {
        var cached = usage.PromptTokensDetails?.CachedTokens ?? 0;
        var reasoning = usage.CompletionTokensDetails?.ReasoningTokens ?? 0;
        var counted = new Usage
        {
            UncachedInput = (usage.PromptTokens ?? 0) - cached,
            CacheRead = cached,
            VisibleOutput = (usage.CompletionTokens ?? 0) - reasoning,
            Reasoning = reasoning,
        };
        return counted.IsPossible ? counted : null;
    }

    private static OpenAiChunk Parse(ReadOnlySpan<byte> json)
    {
        var chunk = JsonSerializer.Deserialize(json, OpenAiChatJson.Default.OpenAiChunk) ?? throw new JsonException("A chunk is empty.");
        if (chunk.Error is not { } error) return chunk;

        var code = WireErrors.Code(error.CodeText) ?? WireErrors.Code(error.Type);
        throw new WireErrorException(new(OpenAiChat.Of(code, WireErrors.Code(error.Type), 200), code));
    }

    private void Take(OpenAiChunk chunk, List<AnswerEvent> to, bool whole)
    {
        if (!_started)
        {
            _started = true;
            to.Add(AnswerEvent.Started(chunk.Model ?? "", WireErrors.Code(chunk.Id)));
        }

        if (chunk.Choices is { } choices)
        {
            foreach (var choice in choices)
            {
                if (choice.Index != 0) continue;
                if ((whole ? choice.Message : choice.Delta) is { } delta) Say(delta, to);
                if (choice.FinishReason is { } reason) _reason = Reason(reason);
            }
        }

        if (chunk.Usage is { } usage && UsageOf(usage) is { } counted) to.Add(AnswerEvent.OfUsage(counted, partial: !whole && _reason is null));
    }

    private void Say(OpenAiDelta delta, List<AnswerEvent> to)
    {
        if ((delta.ReasoningContent ?? delta.Reasoning) is { Length: > 0 } thought) to.Add(AnswerEvent.OfThinking(thought));
        if (delta.Content is { Length: > 0 } text) to.Add(AnswerEvent.OfText(text));
        if (delta.Refusal is { Length: > 0 } refusal)
        {
            _refused = true;
            to.Add(AnswerEvent.OfText(refusal));
        }

        if (delta.ToolCalls is not { } calls) return;

        foreach (var call in calls)
        {
            var place = call.Index ?? (call.Id is not null ? _calls.Count : Math.Max(0, _calls.Count - 1));
            if (!_calls.TryGetValue(place, out var index))
            {
                _calls[place] = index = _toolCalls++;
                to.Add(AnswerEvent.ToolCall(index, call.Id ?? $"call_{Guid.NewGuid():N}", call.Function?.Name ?? throw new JsonException("A call has no name.")));
            }

            if (call.Function?.Arguments is { Length: > 0 } arguments) to.Add(AnswerEvent.ToolArguments(index, arguments));
        }
    }

    private void Finish(List<AnswerEvent> to)
    {
        to.Add(AnswerEvent.Finished(_refused ? FinishReason.Refused : _reason == FinishReason.Stop && _toolCalls > 0 ? FinishReason.ToolCalls : _reason ?? FinishReason.Stop));
        Ended = true;
    }

    private static FinishReason Reason(string reason) => reason switch
    {
        "length" => FinishReason.Length,
        "tool_calls" or "function_call" => FinishReason.ToolCalls,
        "content_filter" => FinishReason.Refused,
        _ => FinishReason.Stop,
    };
}

// A stream brings one of these for every few letters: they are filled in place, where the values of a record would be gathered for its constructor first.
internal sealed class OpenAiChunk
{
    public string? Id { get; set; }

    public string? Model { get; set; }

    public List<OpenAiChoice>? Choices { get; set; }

    public OpenAiUsage? Usage { get; set; }

    public OpenAiError? Error { get; set; }
}

internal sealed class OpenAiChoice
{
    public int Index { get; set; }

    public OpenAiDelta? Delta { get; set; }

    public OpenAiDelta? Message { get; set; }

    public string? FinishReason { get; set; }
}

internal sealed class OpenAiDelta
{
    public string? Content { get; set; }

    public string? Refusal { get; set; }

    public string? ReasoningContent { get; set; }

    public string? Reasoning { get; set; }

    public List<OpenAiToolCall>? ToolCalls { get; set; }
}

internal sealed record OpenAiToolCall(int? Index, string? Id, OpenAiFunction? Function);

internal sealed record OpenAiFunction(string? Name, string? Arguments);

internal sealed record OpenAiUsage(long? PromptTokens, long? CompletionTokens, OpenAiPromptDetails? PromptTokensDetails, OpenAiCompletionDetails? CompletionTokensDetails);

internal sealed record OpenAiPromptDetails(long? CachedTokens);

internal sealed record OpenAiCompletionDetails(long? ReasoningTokens);

internal sealed record OpenAiError(string? Type, JsonElement Code)
{
    /// <summary>Some write a number here.</summary>
    [JsonIgnore]
    public string? CodeText => Code.ValueKind switch { JsonValueKind.String => Code.GetString(), JsonValueKind.Number => Code.GetRawText(), _ => null };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAiChunk))]
internal sealed partial class OpenAiChatJson : JsonSerializerContext;
