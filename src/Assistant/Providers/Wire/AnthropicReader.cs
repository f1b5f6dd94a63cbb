using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>Reads answers of Anthropic's Messages. Event types that it does not know are passed over, as the API asks.</summary>
/// <param name="formatTool">The tool whose arguments are the answer itself; null when there is none.</param>
internal sealed class AnthropicReader(string? formatTool) : IAnswerReader
{
    private readonly Dictionary<int, int> _calls = [];
    private readonly HashSet<int> _answers = [];
    private readonly HashSet<int> _silent = [];
    private int _toolCalls;
    private FinishReason _reason = FinishReason.Stop;
    private AnthropicUsage _usage = new();

    public bool Ended { get; private set; }

    public void Event(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, List<AnswerEvent> to)
    {
        var step = JsonSerializer.Deserialize(data, AnthropicJson.Default.AnthropicEvent) ?? throw new JsonException("An event is empty.");
        switch (step.Type)
        {
            case "message_start" when step.Message is { } message:
                to.Add(AnswerEvent.Started(message.Model ?? "", WireErrors.Code(message.Id)));
                Count(message.Usage, partial: true, to);
                break;
            case "content_block_start" when step.ContentBlock is { } block:
                Begin(step.Index, block, to);
                break;
            case "content_block_delta" when step.Delta is { } delta:
                Continue(step.Index, delta, to);
                break;
            case "content_block_stop" when _silent.Contains(step.Index):
                // A tool that takes nothing is called without a word.
                Arguments(step.Index, "{}", to);
                break;
            case "message_delta":
                if (step.Delta?.StopReason is { } reason) _reason = Reason(reason);
                Count(step.Usage, partial: step.Usage?.OutputTokens is null, to);
                break;
            case "message_stop":
                Finish(to);
                break;
            case "error":
                var code = WireErrors.Code(step.Error?.Type);
                throw new WireErrorException(new(AnthropicMessages.Of(code ?? "", 500), code));
        }
    }

    public void Whole(ReadOnlySpan<byte> json, List<AnswerEvent> to)
    {
        var message = JsonSerializer.Deserialize(json, AnthropicJson.Default.AnthropicMessage);
        if (message is not { Type: "message", Content: { } content }) throw new JsonException("This is no message.");

        to.Add(AnswerEvent.Started(message.Model ?? "", WireErrors.Code(message.Id)));
        for (var i = 0; i < content.Count; i++)
        {
            var block = content[i];
            Begin(i, block, to);
            // A whole block carries what a stream would send after its start.
            if (block.Type == "text" && block.Text is { Length: > 0 } text) to.Add(AnswerEvent.OfText(text));
            else if (block.Type == "thinking")
            {
                if (block.Thinking is { Length: > 0 } thought) to.Add(AnswerEvent.OfThinking(thought));
                if (block.Signature is { Length: > 0 } signature) to.Add(AnswerEvent.OfSignature(AnthropicMessages.Mark + signature));
            }
            else if (block.Type == "tool_use") Arguments(i, block.Input.ValueKind == JsonValueKind.Undefined ? "{}" : block.Input.GetRawText(), to);
        }

        _reason = Reason(message.StopReason ?? "end_turn");
        Count(message.Usage, partial: message.Usage?.OutputTokens is null, to);
        Finish(to);
    }

    public void EndOfStream(List<AnswerEvent> to)
    {
    }

    /// <summary>The type of an error; null when there is none to be found.</summary>
    internal static string? ErrorType(ReadOnlySpan<byte> body)
    {
        try
        {
            return WireErrors.Code(JsonSerializer.Deserialize(body, AnthropicJson.Default.AnthropicEvent)?.Error?.Type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Begin(int index, AnthropicBlock block, List<AnswerEvent> to)
    {
        switch (block.Type)
        {
            case "tool_use" when formatTool is not null && block.Name == formatTool:
                _answers.Add(index);
                break;
            case "tool_use":
                _calls[index] = _toolCalls;
                _silent.Add(index);
                to.Add(AnswerEvent.ToolCall(_toolCalls++, block.Id ?? throw new JsonException("A call has no id."), block.Name ?? throw new JsonException("A call has no name.")));
                break;
            case "redacted_thinking" when block.Data is { } data:
                to.Add(AnswerEvent.OfSignature(AnthropicMessages.RedactedMark + data));
                break;
        }
    }

    private void Continue(int index, AnthropicDelta delta, List<AnswerEvent> to)
    {
        switch (delta.Type)
        {
            case "text_delta" when delta.Text is { Length: > 0 } text:
                to.Add(AnswerEvent.OfText(text));
                break;
            case "input_json_delta" when delta.PartialJson is { Length: > 0 } json:
                Arguments(index, json, to);
                break;
            case "thinking_delta" when delta.Thinking is { Length: > 0 } thought:
                to.Add(AnswerEvent.OfThinking(thought));
                break;
            case "signature_delta" when delta.Signature is { Length: > 0 } signature:
                to.Add(AnswerEvent.OfSignature(AnthropicMessages.Mark + signature));
                break;
        }
    }

    private void Arguments(int index, string json, List<AnswerEvent> to)
    {
        if (_answers.Contains(index)) to.Add(AnswerEvent.OfText(json));
        else if (_calls.TryGetValue(index, out var call))
        {
            _silent.Remove(index);
            to.Add(AnswerEvent.ToolArguments(call, json));
        }
    }

    private void Count(AnthropicUsage? usage, bool partial, List<AnswerEvent> to)
    {
        if (usage is null) return;

        // Later reports leave out what has not changed.
        _usage = new()
        {
            InputTokens = usage.InputTokens ?? _usage.InputTokens,
            OutputTokens = usage.OutputTokens ?? _usage.OutputTokens,
            CacheReadInputTokens = usage.CacheReadInputTokens ?? _usage.CacheReadInputTokens,
            CacheCreationInputTokens = usage.CacheCreationInputTokens ?? _usage.CacheCreationInputTokens,
            CacheCreation = usage.CacheCreation ?? _usage.CacheCreation,
        };
        var written = _usage.CacheCreationInputTokens ?? 0;
        var hour = Math.Min(_usage.CacheCreation?.Ephemeral1hInputTokens ?? 0, written);
        var counted = new Usage
        {
            UncachedInput = _usage.InputTokens ?? 0,
            CacheRead = _usage.CacheReadInputTokens ?? 0,
            CacheWrite5m = written - hour,
            CacheWrite1h = hour,
            VisibleOutput = _usage.OutputTokens ?? 0,
        };
        if (counted.IsPossible) to.Add(AnswerEvent.OfUsage(counted, partial));
    }

    private void Finish(List<AnswerEvent> to)
    {
        to.Add(AnswerEvent.Finished(_reason == FinishReason.ToolCalls && _toolCalls == 0 ? FinishReason.Stop : _reason));
        Ended = true;
    }

    private static FinishReason Reason(string reason) => reason switch
    {
        "max_tokens" or "model_context_window_exceeded" => FinishReason.Length,
        "tool_use" => FinishReason.ToolCalls,
        "refusal" => FinishReason.Refused,
        _ => FinishReason.Stop,
    };
}

internal sealed record AnthropicEvent(string? Type, int Index, AnthropicMessage? Message, AnthropicBlock? ContentBlock, AnthropicDelta? Delta, AnthropicUsage? Usage, AnthropicError? Error);

internal sealed record AnthropicMessage(string? Type, string? Id, string? Model, IReadOnlyList<AnthropicBlock>? Content, string? StopReason, AnthropicUsage? Usage);

internal sealed record AnthropicBlock(string? Type, string? Text, string? Id, string? Name, JsonElement Input, string? Thinking, string? Signature, string? Data);

internal sealed record AnthropicDelta(string? Type, string? Text, string? PartialJson, string? Thinking, string? Signature, string? StopReason);

internal sealed record AnthropicUsage
{
    public long? InputTokens { get; init; }

    public long? OutputTokens { get; init; }

    public long? CacheReadInputTokens { get; init; }

    public long? CacheCreationInputTokens { get; init; }

    public AnthropicCacheCreation? CacheCreation { get; init; }
}

internal sealed record AnthropicCacheCreation([property: JsonPropertyName("ephemeral_5m_input_tokens")] long? Ephemeral5mInputTokens, [property: JsonPropertyName("ephemeral_1h_input_tokens")] long? Ephemeral1hInputTokens);

internal sealed record AnthropicError(string? Type);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AnthropicEvent))]
internal sealed partial class AnthropicJson : JsonSerializerContext;
