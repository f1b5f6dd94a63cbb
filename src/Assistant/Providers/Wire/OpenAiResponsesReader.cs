using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>Reads OpenAI's Responses. The stream has typed events and ends with one of three of them; there is no [DONE].</summary>
internal sealed class OpenAiResponsesReader : IAnswerReader
{
    private readonly Dictionary<int, int> _calls = [];
    private int _toolCalls;
    private bool _refused;

    public bool Ended { get; private set; }

    public void Event(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, List<AnswerEvent> to)
    {
        var step = JsonSerializer.Deserialize(data, OpenAiResponsesJson.Default.ResponsesEvent) ?? throw new JsonException("An event is empty.");
        switch (step.Type)
        {
            case "response.created" when step.Response is { } response:
                to.Add(AnswerEvent.Started(response.Model ?? "", WireErrors.Code(response.Id)));
                break;
            case "response.output_text.delta" when step.Delta is { Length: > 0 } text:
                to.Add(AnswerEvent.OfText(text));
                break;
            case "response.refusal.delta" when step.Delta is { Length: > 0 } refusal:
                _refused = true;
                to.Add(AnswerEvent.OfText(refusal));
                break;
            case "response.reasoning_summary_text.delta" when step.Delta is { Length: > 0 } thought:
                to.Add(AnswerEvent.OfThinking(thought));
                break;
            case "response.output_item.added" when step.Item is { Type: "function_call" } call:
                _calls[step.OutputIndex] = _toolCalls;
                to.Add(AnswerEvent.ToolCall(_toolCalls++, call.CallId ?? throw new JsonException("A call has no id."), call.Name ?? throw new JsonException("A call has no name.")));
                break;
            case "response.function_call_arguments.delta" when step.Delta is { Length: > 0 } arguments && _calls.TryGetValue(step.OutputIndex, out var index):
                to.Add(AnswerEvent.ToolArguments(index, arguments));
                break;
            case "response.completed" or "response.incomplete" or "response.failed" when step.Response is { } response:
                End(response, to);
                break;
            case "error":
                throw Failed(step.Error ?? new(step.Code));
        }
    }

    public void Whole(ReadOnlySpan<byte> json, List<AnswerEvent> to)
    {
        var response = JsonSerializer.Deserialize(json, OpenAiResponsesJson.Default.ResponsesAnswer);
        if (response is not { Output: { } output }) throw new JsonException("This is no response.");

        to.Add(AnswerEvent.Started(response.Model ?? "", WireErrors.Code(response.Id)));
        foreach (var item in output)
        {
            switch (item.Type)
            {
                case "message":
                    foreach (var content in item.Content ?? [])
                    {
                        if (content.Refusal is { Length: > 0 } refusal)
                        {
                            _refused = true;
                            to.Add(AnswerEvent.OfText(refusal));
                        }
                        else if (content.Text is { Length: > 0 } text)
                        {
                            to.Add(AnswerEvent.OfText(text));
                        }
                    }

                    break;
                case "reasoning":
                    foreach (var thought in item.Summary ?? [])
                    {
                        if (thought.Text is { Length: > 0 } text) to.Add(AnswerEvent.OfThinking(text));
                    }

                    break;
                case "function_call":
                    to.Add(AnswerEvent.ToolCall(_toolCalls, item.CallId ?? throw new JsonException("A call has no id."), item.Name ?? throw new JsonException("A call has no name.")));
                    to.Add(AnswerEvent.ToolArguments(_toolCalls++, item.Arguments is { Length: > 0 } arguments ? arguments : "{}"));
                    break;
            }
        }

        End(response, to);
    }

    public void EndOfStream(List<AnswerEvent> to)
    {
    }

    private void End(ResponsesAnswer response, List<AnswerEvent> to)
    {
        if (response.Usage is { } usage && UsageOf(usage) is { } counted) to.Add(AnswerEvent.OfUsage(counted, partial: false));
        if (response.Status == "failed") throw Failed(response.Error ?? new(null));

        to.Add(AnswerEvent.Finished(
            response.IncompleteDetails?.Reason switch
            {
                "max_output_tokens" => FinishReason.Length,
                "content_filter" => FinishReason.Refused,
                _ => _refused ? FinishReason.Refused : _toolCalls > 0 ? FinishReason.ToolCalls : FinishReason.Stop,
            }));
        Ended = true;
    }

    private static WireErrorException Failed(ResponsesError error)
    {
        var code = WireErrors.Code(error.Code);
        return new(new(OpenAiChat.Of(code, null, 200), code));
    }

    private static Usage? UsageOf(ResponsesUsage usage)
    {
        var cached = usage.InputTokensDetails?.CachedTokens ?? 0;
        var reasoning = usage.OutputTokensDetails?.ReasoningTokens ?? 0;
        var counted = new Usage
        {
            UncachedInput = (usage.InputTokens ?? 0) - cached,
            CacheRead = cached,
            VisibleOutput = (usage.OutputTokens ?? 0) - reasoning,
            Reasoning = reasoning,
        };
        return counted.IsPossible ? counted : null;
    }
}

internal sealed record ResponsesEvent(string? Type, ResponsesAnswer? Response, ResponsesItem? Item, int OutputIndex, string? Delta, string? Code, ResponsesError? Error);

internal sealed record ResponsesAnswer(string? Id, string? Model, string? Status, IReadOnlyList<ResponsesItem>? Output, ResponsesUsage? Usage, ResponsesError? Error, ResponsesIncomplete? IncompleteDetails);

internal sealed record ResponsesItem(string? Type, string? CallId, string? Name, string? Arguments, IReadOnlyList<ResponsesContent>? Content, IReadOnlyList<ResponsesContent>? Summary);

internal sealed record ResponsesContent(string? Type, string? Text, string? Refusal);

internal sealed record ResponsesUsage(long? InputTokens, long? OutputTokens, OpenAiPromptDetails? InputTokensDetails, OpenAiCompletionDetails? OutputTokensDetails);

internal sealed record ResponsesError(string? Code);

internal sealed record ResponsesIncomplete(string? Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ResponsesEvent))]
internal sealed partial class OpenAiResponsesJson : JsonSerializerContext;
