using System.Globalization;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

internal sealed class OpenAiChatVoice : IVoice
{
    private string _model = "";
    private bool _wantsUsage;

    public string Api => "openai";

    public (string Model, bool Stream, int MaxOutput, long Input) Read(JsonElement request)
    {
        long input = 0;
        foreach (var message in Voices.Items(request, "messages"))
        {
            input += 4 + Voices.Tokens(Voices.Text(message, "content"));
            foreach (var part in Voices.Items(message, "content")) input += Voices.Tokens(Voices.Text(part, "text"));
            foreach (var call in Voices.Items(message, "tool_calls"))
            {
                if (call.TryGetProperty("function", out var function)) input += Voices.Tokens(Voices.Text(function, "name"), Voices.Text(function, "arguments"));
            }
        }

        foreach (var tool in Voices.Items(request, "tools"))
        {
            if (tool.TryGetProperty("function", out var function)) input += Voices.Tokens(Voices.Text(function, "name"), Voices.Text(function, "description"), Voices.Raw(function, "parameters"));
        }

        _model = Voices.Text(request, "model") ?? "";
        _wantsUsage = request.TryGetProperty("stream_options", out var options) && Voices.Flag(options, "include_usage");
        return (_model, Voices.Flag(request, "stream"), Voices.Number(request, "max_completion_tokens", Voices.Number(request, "max_tokens", 4096)), input);
    }

    public IEnumerable<string> Head(string model, Usage? input)
    {
        yield return Chunk("""{"role":"assistant","content":"","refusal":null}""");
    }

    public IEnumerable<string> Say(Piece piece, int place)
    {
        yield return Chunk(piece.Kind switch
        {
            PieceKind.Thinking => $$$$"""{"reasoning_content":{{{{Voices.Json(piece.Text)}}}}}""",
            PieceKind.Text => $$$$"""{"content":{{{{Voices.Json(piece.Text)}}}}}""",
            PieceKind.ToolStart => $$$$"""{"tool_calls":[{"index":{{{{piece.Index}}}},"id":"call_{{{{piece.Index}}}}","type":"function","function":{"name":{{{{Voices.Json(piece.Text)}}}},"arguments":""}}]}""",
            _ => $$$$"""{"tool_calls":[{"index":{{{{piece.Index}}}},"function":{"arguments":{{{{Voices.Json(piece.Text)}}}}}}]}""",
        });
    }

    public IEnumerable<string> Tail(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final, UsageReport report)
    {
        var usage = final is { } counted && _wantsUsage ? UsageJson(counted) : null;
        if (report == UsageReport.Twice && usage is not null) yield return Voices.Data($$$$"""{{{{Start}}}}"choices":[],"usage":{{{{UsageJson(new() { UncachedInput = 1, VisibleOutput = 1 })}}}}}""");
        yield return Chunk("{}", Reason(reason), report == UsageReport.BesideWords ? usage : null);
        if (usage is not null && report != UsageReport.BesideWords) yield return Voices.Data($$$$"""{{{{Start}}}}"choices":[],"usage":{{{{usage}}}}}""");
        yield return Voices.Data("[DONE]");
    }

    public string Whole(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final)
    {
        var tools = Voices.Tools(said).Select(tool => $$$$"""{"id":"call_{{{{tool.Index}}}}","type":"function","function":{"name":{{{{Voices.Json(tool.Name)}}}},"arguments":{{{{Voices.Json(tool.Arguments)}}}}}}""").ToList();
        var text = Voices.TextOf(said, PieceKind.Text);
        var thought = Voices.TextOf(said, PieceKind.Thinking);
        var message = $$$$"""{"role":"assistant","content":{{{{(text.Length > 0 || tools.Count == 0 ? Voices.Json(text) : "null")}}}},"refusal":null{{{{(thought.Length > 0 ? $",\"reasoning_content\":{Voices.Json(thought)}" : "")}}}}{{{{(tools.Count > 0 ? $",\"tool_calls\":[{string.Join(',', tools)}]" : "")}}}}}""";
        var usage = final is { } counted ? $",\"usage\":{UsageJson(counted)}" : "";
        return $$$$"""{"id":"chatcmpl-practice","object":"chat.completion","created":1760000000,"model":{{{{Voices.Json(model)}}}},"choices":[{"index":0,"message":{{{{message}}}},"logprobs":null,"finish_reason":"{{{{Reason(reason)}}}}"}]{{{{usage}}}}}""";
    }

    public string ErrorEvent() => Voices.Data("""{"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}""");

    public string ErrorBody(int status, bool money, int? retryAfterSeconds, string? echo) => Error(status, money, echo);

    internal static string Error(int status, bool money, string? echo)
    {
        var (type, code, message) = (status, money) switch
        {
            (429, true) => ("insufficient_quota", "\"insufficient_quota\"", "You exceeded your current quota, please check your plan and billing details."),
            (_, true) => ("billing_error", "\"billing_hard_limit_reached\"", "Billing hard limit has been reached."),
            (429, _) => ("requests", "\"rate_limit_exceeded\"", "Rate limit reached."),
            (401, _) => ("invalid_request_error", "\"invalid_api_key\"", "Incorrect API key provided."),
            (404, _) => ("invalid_request_error", "\"model_not_found\"", "The model does not exist."),
            ( < 500, _) => ("invalid_request_error", "null", "Something is wrong with the messages."),
            _ => ("server_error", "null", "The server had an error."),
        };
        return $$$$"""{"error":{"message":{{{{Voices.Json(message + echo)}}}},"type":"{{{{type}}}}","param":null,"code":{{{{code}}}}}}""";
    }

    internal static string UsageJson(Usage usage) => string.Create(CultureInfo.InvariantCulture,
        $$$$"""{"prompt_tokens":{{{{usage.UncachedInput + Math.Max(0, usage.CacheRead)}}}},"completion_tokens":{{{{usage.Output}}}},"total_tokens":{{{{usage.UncachedInput + usage.CacheRead + usage.Output}}}},"prompt_tokens_details":{"cached_tokens":{{{{usage.CacheRead}}}},"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":{{{{usage.Reasoning}}}},"audio_tokens":0}}""");

    private static string Reason(EndReason reason) => reason switch { EndReason.Length => "length", EndReason.Tools => "tool_calls", _ => "stop" };

    private string Start => $$$$"""{"id":"chatcmpl-practice","object":"chat.completion.chunk","created":1760000000,"model":{{{{Voices.Json(_model)}}}},""";

    private string Chunk(string delta, string? reason = null, string? usage = null) =>
        Voices.Data($$$$"""{{{{Start}}}}"choices":[{"index":0,"delta":{{{{delta}}}},"logprobs":null,"finish_reason":{{{{(reason is null ? "null" : $"\"{reason}\"")}}}}}]{{{{(usage is null ? "" : $",\"usage\":{usage}")}}}}}""");
}
