using System.Globalization;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

internal sealed class OpenAiResponsesVoice : IVoice
{
    private readonly Dictionary<(PieceKind Kind, int Index), int> _items = [];
    private int _sequence;

    public string Api => "openai-responses";

    public (string Model, bool Stream, int MaxOutput, long Input) Read(JsonElement request)
    {
        long input = Voices.Text(request, "instructions") is { } instructions ? 4 + Voices.Tokens(instructions) : 0;
        foreach (var item in Voices.Items(request, "input"))
        {
            input += 4 + Voices.Tokens(Voices.Text(item, "output")) + Voices.Tokens(Voices.Text(item, "name"), Voices.Text(item, "arguments"));
            foreach (var part in Voices.Items(item, "content")) input += Voices.Tokens(Voices.Text(part, "text"));
        }

        foreach (var tool in Voices.Items(request, "tools")) input += Voices.Tokens(Voices.Text(tool, "name"), Voices.Text(tool, "description"), Voices.Raw(tool, "parameters"));
        return (Voices.Text(request, "model") ?? "", Voices.Flag(request, "stream"), Voices.Number(request, "max_output_tokens", 4096), input);
    }

    public IEnumerable<string> Head(string model, Usage? input)
    {
        yield return Event("response.created", $"\"response\":{{\"id\":\"resp_practice\",\"object\":\"response\",\"status\":\"in_progress\",\"model\":{Voices.Json(model)},\"output\":[],\"usage\":null}}");
        yield return Event("response.in_progress", $"\"response\":{{\"id\":\"resp_practice\",\"object\":\"response\",\"status\":\"in_progress\",\"model\":{Voices.Json(model)},\"output\":[],\"usage\":null}}");
    }

    public IEnumerable<string> Say(Piece piece, int place)
    {
        var key = (piece.Kind == PieceKind.ToolArguments ? PieceKind.ToolStart : piece.Kind, piece.Index);
        if (!_items.TryGetValue(key, out var item))
        {
            _items[key] = item = _items.Count;
            var added = piece.Kind switch
            {
                PieceKind.Thinking => """{"type":"reasoning","id":"rs_practice","summary":[]}""",
                PieceKind.Text => """{"type":"message","id":"msg_practice","role":"assistant","status":"in_progress","content":[]}""",
                _ => $$$$"""{"type":"function_call","id":"fc_{{{{piece.Index}}}}","call_id":"call_{{{{piece.Index}}}}","name":{{{{Voices.Json(piece.Text)}}}},"arguments":"","status":"in_progress"}""",
            };
            yield return Event("response.output_item.added", $"\"output_index\":{item},\"item\":{added}");
            if (piece.Kind == PieceKind.Text) yield return Event("response.content_part.added", $"\"output_index\":{item},\"content_index\":0,\"part\":{{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}}");
        }

        if (piece.Kind == PieceKind.ToolStart) yield break;

        var type = piece.Kind switch
        {
            PieceKind.Thinking => "response.reasoning_summary_text.delta",
            PieceKind.Text => "response.output_text.delta",
            _ => "response.function_call_arguments.delta",
        };
        yield return Event(type, $"\"output_index\":{item},\"content_index\":0,\"delta\":{Voices.Json(piece.Text)}");
    }

    public IEnumerable<string> Tail(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final, UsageReport report)
    {
        foreach (var (key, item) in _items)
        {
            if (key.Kind == PieceKind.Text) yield return Event("response.output_text.done", $"\"output_index\":{item},\"content_index\":0,\"text\":{Voices.Json(Voices.TextOf(said, PieceKind.Text))}");
        }

        yield return Event(reason == EndReason.Length ? "response.incomplete" : "response.completed", $"\"response\":{Whole(model, said, reason, final)}");
    }

    public string Whole(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final)
    {
        var output = new List<string>();
        if (Voices.TextOf(said, PieceKind.Thinking) is { Length: > 0 } thought) output.Add($$$$"""{"type":"reasoning","id":"rs_practice","summary":[{"type":"summary_text","text":{{{{Voices.Json(thought)}}}}}]}""");
        if (Voices.TextOf(said, PieceKind.Text) is { Length: > 0 } text) output.Add($$$$"""{"type":"message","id":"msg_practice","role":"assistant","status":"completed","content":[{"type":"output_text","text":{{{{Voices.Json(text)}}}},"annotations":[]}]}""");
        foreach (var (index, name, arguments) in Voices.Tools(said)) output.Add($$$$"""{"type":"function_call","id":"fc_{{{{index}}}}","call_id":"call_{{{{index}}}}","name":{{{{Voices.Json(name)}}}},"arguments":{{{{Voices.Json(arguments)}}}},"status":"completed"}""");
        var incomplete = reason == EndReason.Length ? """{"reason":"max_output_tokens"}""" : "null";
        return $$$$"""{"id":"resp_practice","object":"response","created_at":1760000000,"status":"{{{{(reason == EndReason.Length ? "incomplete" : "completed")}}}}","error":null,"incomplete_details":{{{{incomplete}}}},"model":{{{{Voices.Json(model)}}}},"output":[{{{{string.Join(',', output)}}}}],"usage":{{{{(final is { } counted ? UsageJson(counted) : "null")}}}}}""";
    }

    public string ErrorEvent() => Event("error", "\"code\":\"server_error\",\"message\":\"The server had an error.\",\"param\":null");

    public string ErrorBody(int status, bool money, int? retryAfterSeconds, string? echo) => OpenAiChatVoice.Error(status, money, echo);

    private static string UsageJson(Usage usage) => string.Create(CultureInfo.InvariantCulture,
        $$$$"""{"input_tokens":{{{{usage.UncachedInput + Math.Max(0, usage.CacheRead)}}}},"input_tokens_details":{"cached_tokens":{{{{usage.CacheRead}}}}},"output_tokens":{{{{usage.Output}}}},"output_tokens_details":{"reasoning_tokens":{{{{usage.Reasoning}}}}},"total_tokens":{{{{usage.UncachedInput + usage.CacheRead + usage.Output}}}}}""");

    private string Event(string type, string rest) => Voices.Event(type, $$$$"""{"type":"{{{{type}}}}","sequence_number":{{{{_sequence++}}}},{{{{rest}}}}}""");
}
