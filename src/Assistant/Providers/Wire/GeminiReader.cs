using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>Reads Gemini's answers. Each event is a whole response of its own; the usage in it is of everything so far, and the end of the stream is the end.</summary>
internal sealed class GeminiReader(Model model) : IAnswerReader
{
    private bool _started;
    private int _toolCalls;
    private FinishReason? _reason;

    public bool Ended { get; private set; }

    public void Event(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, List<AnswerEvent> to) => Take(Parse(data), to);

    public void Whole(ReadOnlySpan<byte> json, List<AnswerEvent> to)
    {
        // Without alt=sse a stream is one array of what the events would be.
        if (json.TrimStart(" \r\n\t"u8) is [(byte)'[', ..])
        {
            foreach (var answer in JsonSerializer.Deserialize(json, GeminiJson.Default.IReadOnlyListGeminiAnswer) ?? []) Take(answer, to);
        }
        else
        {
            Take(Parse(json), to);
        }

        EndOfStream(to);
        if (!Ended) throw new JsonException("The answer has no end.");
    }

    public void EndOfStream(List<AnswerEvent> to)
    {
        if (_reason is not { } reason) return;

        to.Add(AnswerEvent.Finished(reason == FinishReason.Stop && _toolCalls > 0 ? FinishReason.ToolCalls : reason));
        Ended = true;
    }

    /// <summary>The error that a body holds, alone or in an array; null when there is none.</summary>
    internal static GeminiError? ErrorOf(ReadOnlySpan<byte> body)
    {
        try
        {
            return body.TrimStart(" \r\n\t"u8) is [(byte)'[', ..]
                ? JsonSerializer.Deserialize(body, GeminiJson.Default.IReadOnlyListGeminiAnswer)?.FirstOrDefault(answer => answer.Error is not null)?.Error
                : JsonSerializer.Deserialize(body, GeminiJson.Default.GeminiAnswer)?.Error;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static GeminiAnswer Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, GeminiJson.Default.GeminiAnswer) ?? throw new JsonException("A response is empty.");

    private void Take(GeminiAnswer answer, List<AnswerEvent> to)
    {
        if (answer.Error is { } error)
        {
            var code = WireErrors.Code(error.Status);
            throw new WireErrorException(new(Gemini.Of(code, error.Code is >= 400 and < 600 and var status ? status : 200, error), code));
        }

        if (!_started)
        {
            _started = true;
            to.Add(AnswerEvent.Started(answer.ModelVersion ?? model.Id, WireErrors.Code(answer.ResponseId)));
        }

        if (answer.Candidates is [var candidate, ..])
        {
            foreach (var part in candidate.Content?.Parts ?? []) Say(part, to);
            if (candidate.FinishReason is { } reason) _reason = Reason(reason);
        }
        else if (answer.PromptFeedback?.BlockReason is not null)
        {
            _reason = FinishReason.Refused;
        }

        if (answer.UsageMetadata is { } usage && UsageOf(usage) is { } counted) to.Add(AnswerEvent.OfUsage(counted, partial: _reason is null));
    }

    private void Say(GeminiPart part, List<AnswerEvent> to)
    {
        var signature = part.ThoughtSignature is { Length: > 0 } proof ? Gemini.Mark + proof : null;
        if (part.FunctionCall is { } call)
        {
            to.Add(AnswerEvent.ToolCall(_toolCalls, call.Id is { Length: > 0 } id ? id : $"call_{Guid.NewGuid():N}", call.Name ?? throw new JsonException("A call has no name."), signature));
            to.Add(AnswerEvent.ToolArguments(_toolCalls++, call.Args.ValueKind == JsonValueKind.Object ? call.Args.GetRawText() : "{}"));
            return;
        }

        if (part.Text is { Length: > 0 } text) to.Add(part.Thought == true ? AnswerEvent.OfThinking(text) : AnswerEvent.OfText(text));
        if (signature is not null) to.Add(AnswerEvent.OfSignature(signature));
    }

    private static Usage? UsageOf(GeminiUsage usage)
    {
        var cached = usage.CachedContentTokenCount ?? 0;
        var counted = new Usage
        {
            UncachedInput = (usage.PromptTokenCount ?? 0) - cached + (usage.ToolUsePromptTokenCount ?? 0),
            CacheRead = cached,
            VisibleOutput = usage.CandidatesTokenCount ?? 0,
            Reasoning = usage.ThoughtsTokenCount ?? 0,
        };
        return counted.IsPossible ? counted : null;
    }

    private static FinishReason Reason(string reason) => reason switch
    {
        "MAX_TOKENS" => FinishReason.Length,
        "SAFETY" or "RECITATION" or "LANGUAGE" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "IMAGE_SAFETY" => FinishReason.Refused,
        _ => FinishReason.Stop,
    };
}

internal sealed record GeminiAnswer(
    IReadOnlyList<GeminiCandidate>? Candidates, GeminiFeedback? PromptFeedback, GeminiUsage? UsageMetadata, string? ModelVersion, string? ResponseId, GeminiError? Error);

internal sealed record GeminiCandidate(GeminiContent? Content, string? FinishReason);

internal sealed record GeminiContent(IReadOnlyList<GeminiPart>? Parts);

internal sealed record GeminiPart(string? Text, bool? Thought, string? ThoughtSignature, GeminiCall? FunctionCall);

internal sealed record GeminiCall(string? Id, string? Name, JsonElement Args);

internal sealed record GeminiFeedback(string? BlockReason);

internal sealed record GeminiUsage(long? PromptTokenCount, long? CachedContentTokenCount, long? CandidatesTokenCount, long? ThoughtsTokenCount, long? ToolUsePromptTokenCount);

internal sealed record GeminiError(int? Code, string? Status, IReadOnlyList<GeminiErrorDetail>? Details);

internal sealed record GeminiErrorDetail(string? RetryDelay, IReadOnlyList<GeminiViolation>? Violations);

internal sealed record GeminiViolation(string? QuotaId, string? QuotaValue);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GeminiAnswer))]
[JsonSerializable(typeof(IReadOnlyList<GeminiAnswer>))]
internal sealed partial class GeminiJson : JsonSerializerContext;
