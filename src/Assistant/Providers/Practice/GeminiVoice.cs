using System.Globalization;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

internal sealed class GeminiVoice(bool stream) : IVoice
{
    private readonly Dictionary<int, (string Name, string Arguments)> _calls = [];
    private Usage? _input;

    public string Api => "gemini";

    public (string Model, bool Stream, int MaxOutput, long Input) Read(JsonElement request)
    {
        long input = 0;
        if (request.TryGetProperty("systemInstruction", out var system)) input += 4 + Voices.Items(system, "parts").Sum(part => Voices.Tokens(Voices.Text(part, "text")));
        foreach (var content in Voices.Items(request, "contents"))
        {
            input += 4;
            foreach (var part in Voices.Items(content, "parts"))
            {
                input += Voices.Tokens(Voices.Text(part, "text"));
                if (part.TryGetProperty("inlineData", out _)) input += 258;
                if (part.TryGetProperty("functionCall", out var call)) input += Voices.Tokens(Voices.Text(call, "name"), Voices.Raw(call, "args"));
                if (part.TryGetProperty("functionResponse", out var answer)) input += Voices.Tokens(Voices.Raw(answer, "response"));
            }
        }

        foreach (var tools in Voices.Items(request, "tools"))
        {
            foreach (var tool in Voices.Items(tools, "functionDeclarations")) input += Voices.Tokens(Voices.Text(tool, "name"), Voices.Text(tool, "description"), Voices.Raw(tool, "parametersJsonSchema"));
        }

        var most = request.TryGetProperty("generationConfig", out var config) ? Voices.Number(config, "maxOutputTokens", 4096) : 4096;
        return ("", stream, most, input);
    }

    public IEnumerable<string> Head(string model, Usage? input)
    {
        _input = input;
        yield break;
    }

    public IEnumerable<string> Say(Piece piece, int place)
    {
        switch (piece.Kind)
        {
            case PieceKind.Thinking:
                yield return Voices.Data(Answer($$$$"""{"text":{{{{Voices.Json(piece.Text)}}}},"thought":true}""", null, null));
                break;
            case PieceKind.Text:
                yield return Voices.Data(Answer($$$$"""{"text":{{{{Voices.Json(piece.Text)}}}}}""", null, _input is { } input ? UsageJson(input) : null));
                break;
            // This API sends a call in one piece, when it is complete.
            case PieceKind.ToolStart:
                _calls[piece.Index] = (piece.Text, "");
                break;
            case PieceKind.ToolArguments:
                _calls[piece.Index] = (_calls[piece.Index].Name, _calls[piece.Index].Arguments + piece.Text);
                break;
        }
    }

    public IEnumerable<string> Tail(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final, UsageReport report)
    {
        foreach (var (_, (name, arguments)) in _calls) yield return Voices.Data(Answer(Call(name, arguments), null, null));
        if (report == UsageReport.Twice) yield return Voices.Data(Answer("""{"text":""}""", null, UsageJson(new() { UncachedInput = 1, VisibleOutput = 1 })));
        yield return Voices.Data(Answer("""{"text":"","thoughtSignature":"practice"}""", Reason(reason), final is { } counted ? UsageJson(counted) : null));
    }

    public string Whole(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final)
    {
        var parts = new List<string>();
        if (Voices.TextOf(said, PieceKind.Thinking) is { Length: > 0 } thought) parts.Add($$$$"""{"text":{{{{Voices.Json(thought)}}}},"thought":true}""");
        if (Voices.TextOf(said, PieceKind.Text) is { Length: > 0 } text) parts.Add($$$$"""{"text":{{{{Voices.Json(text)}}}}}""");
        foreach (var (_, name, arguments) in Voices.Tools(said)) parts.Add(Call(name, arguments));
        return Answer(string.Join(',', parts), Reason(reason), final is { } counted ? UsageJson(counted) : null);
    }

    public string ErrorEvent() => Voices.Data("""{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}""");

    public string ErrorBody(int status, bool money, int? retryAfterSeconds, string? echo)
    {
        var word = status switch
        {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            _ => "INTERNAL",
        };
        var details = (status, money) switch
        {
            (429, true) => ""","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel","quotaValue":"50"}]}]""",
            (429, false) when retryAfterSeconds is { } seconds => string.Create(CultureInfo.InvariantCulture, $$$$""","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{{{seconds}}}}s"}]"""),
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $$$$"""{"error":{"code":{{{{status}}}},"message":{{{{Voices.Json("The practice provider refuses. " + echo)}}}},"status":"{{{{word}}}}"{{{{details}}}}}}""");
    }

    private static string Call(string name, string arguments) => $$$$"""{"functionCall":{"name":{{{{Voices.Json(name)}}}},"args":{{{{(arguments.Length == 0 ? "{}" : arguments)}}}}},"thoughtSignature":"practice"}""";

    private static string Reason(EndReason reason) => reason == EndReason.Length ? "MAX_TOKENS" : "STOP";

    private static string UsageJson(Usage usage) => string.Create(CultureInfo.InvariantCulture,
        $$$$"""{"promptTokenCount":{{{{usage.UncachedInput + Math.Max(0, usage.CacheRead)}}}},"cachedContentTokenCount":{{{{usage.CacheRead}}}},"candidatesTokenCount":{{{{usage.VisibleOutput}}}},"thoughtsTokenCount":{{{{usage.Reasoning}}}},"totalTokenCount":{{{{usage.UncachedInput + usage.CacheRead + usage.Output}}}}}""");

    private static string Answer(string parts, string? reason, string? usage) =>
        $$$$"""{"candidates":[{"content":{"role":"model","parts":[{{{{parts}}}}]},"index":0{{{{(reason is null ? "" : $",\"finishReason\":\"{reason}\"")}}}}}],{{{{(usage is null ? "" : $"\"usageMetadata\":{usage},")}}}}"modelVersion":"practice","responseId":"gem_practice"}""";
}
