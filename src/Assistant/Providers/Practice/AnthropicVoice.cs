using System.Globalization;
using System.Text;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

internal sealed class AnthropicVoice : IVoice
{
    private int _block = -1;
    private (PieceKind Kind, int Index)? _open;

    public string Api => "anthropic";

    public (string Model, bool Stream, int MaxOutput, long Input) Read(JsonElement request)
    {
        long input = 0;
        if (request.TryGetProperty("system", out var system)) input += 4 + (system.ValueKind == JsonValueKind.String ? Voices.Tokens(system.GetString()) : Voices.Items(request, "system").Sum(block => Voices.Tokens(Voices.Text(block, "text"))));
        foreach (var message in Voices.Items(request, "messages"))
        {
            input += 4;
            if (Voices.Text(message, "content") is { } text) input += Voices.Tokens(text);
            foreach (var block in Voices.Items(message, "content"))
            {
                input += Voices.Text(block, "type") switch
                {
                    "text" => Voices.Tokens(Voices.Text(block, "text")),
                    "tool_use" => Voices.Tokens(Voices.Text(block, "name"), Voices.Raw(block, "input")),
                    "tool_result" => Voices.Tokens(Voices.Text(block, "content")),
                    _ => 0,
                };
            }
        }

        foreach (var tool in Voices.Items(request, "tools")) input += Voices.Tokens(Voices.Text(tool, "name"), Voices.Text(tool, "description"), Voices.Raw(tool, "input_schema"));
        return (Voices.Text(request, "model") ?? "", Voices.Flag(request, "stream"), Voices.Number(request, "max_tokens", 4096), input);
    }

    public IEnumerable<string> Head(string model, Usage? input)
    {
        var usage = input is { } counted ? $",\"usage\":{UsageJson(counted with { VisibleOutput = 1 })}" : "";
        yield return Voices.Event("message_start", $$$$"""
            {"type":"message_start","message":{"id":"msg_practice","type":"message","role":"assistant","model":{{{{Voices.Json(model)}}}},"content":[],"stop_reason":null,"stop_sequence":null{{{{usage}}}}}}
            """);
        yield return Voices.Event("ping", """{"type":"ping"}""");
    }

    public IEnumerable<string> Say(Piece piece, int place)
    {
        var block = piece.Kind == PieceKind.ToolArguments ? PieceKind.ToolStart : piece.Kind;
        if (_open != (block, piece.Index))
        {
            if (_open is not null) yield return Close();
            _block++;
            _open = (block, piece.Index);
            yield return Voices.Event("content_block_start", string.Create(CultureInfo.InvariantCulture, $$$$"""{"type":"content_block_start","index":{{{{_block}}}},"content_block":{{{{Start(piece)}}}}}"""));
        }

        if (piece.Kind == PieceKind.ToolStart) yield break;

        var delta = piece.Kind switch
        {
            PieceKind.Thinking => $$$$"""{"type":"thinking_delta","thinking":{{{{Voices.Json(piece.Text)}}}}}""",
            PieceKind.Text => $$$$"""{"type":"text_delta","text":{{{{Voices.Json(piece.Text)}}}}}""",
            _ => $$$$"""{"type":"input_json_delta","partial_json":{{{{Voices.Json(piece.Text)}}}}}""",
        };
        yield return Voices.Event("content_block_delta", string.Create(CultureInfo.InvariantCulture, $$$$"""{"type":"content_block_delta","index":{{{{_block}}}},"delta":{{{{delta}}}}}"""));
    }

    public IEnumerable<string> Tail(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final, UsageReport report)
    {
        if (_open is not null) yield return Close();
        yield return Voices.Event("practice_unknown", """{"type":"practice_unknown","note":"an event that no client knows"}""");
        var usage = final is { } counted ? $$$$""","usage":{{{{(report is UsageReport.AsUsual or UsageReport.Twice ? $$$$"""{"output_tokens":{{{{counted.Output}}}}}""" : UsageJson(counted))}}}}""" : "";
        var delta = Voices.Event("message_delta", $$$$"""{"type":"message_delta","delta":{"stop_reason":"{{{{Reason(reason)}}}}","stop_sequence":null}{{{{usage}}}}}""");
        if (report == UsageReport.Twice) yield return Voices.Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":1}}""");
        yield return delta;
        yield return Voices.Event("message_stop", """{"type":"message_stop"}""");
    }

    public string Whole(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final)
    {
        var content = new List<string>();
        if (Voices.TextOf(said, PieceKind.Thinking) is { Length: > 0 } thought) content.Add($$$$"""{"type":"thinking","thinking":{{{{Voices.Json(thought)}}}},"signature":"practice"}""");
        if (Voices.TextOf(said, PieceKind.Text) is { Length: > 0 } text) content.Add($$$$"""{"type":"text","text":{{{{Voices.Json(text)}}}}}""");
        foreach (var (index, name, arguments) in Voices.Tools(said)) content.Add($$$$"""{"type":"tool_use","id":"toolu_{{{{index}}}}","name":{{{{Voices.Json(name)}}}},"input":{{{{(arguments.Length == 0 ? "{}" : arguments)}}}}}""");
        var usage = final is { } counted ? $$$$""","usage":{{{{UsageJson(counted)}}}}""" : "";
        return $$$$"""{"id":"msg_practice","type":"message","role":"assistant","model":{{{{Voices.Json(model)}}}},"content":[{{{{string.Join(',', content)}}}}],"stop_reason":"{{{{Reason(reason)}}}}","stop_sequence":null{{{{usage}}}}}""";
    }

    public string ErrorEvent() => Voices.Event("error", """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""");

    public string ErrorBody(int status, bool money, int? retryAfterSeconds, string? echo)
    {
        var (type, message) = (status, money) switch
        {
            (400, true) => ("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
            (429, true) => ("rate_limit_error", "This request would exceed your organization's spend limit."),
            (400, _) => ("invalid_request_error", "messages: something is wrong with them"),
            (401, _) => ("authentication_error", "invalid x-api-key"),
            (402, _) => ("billing_error", "Billing is not set up."),
            (403, _) => ("permission_error", "not allowed"),
            (404, _) => ("not_found_error", "model: not found"),
            (429, _) => ("rate_limit_error", "Number of requests has exceeded your rate limit."),
            (504, _) => ("timeout_error", "Timed out"),
            (529, _) => ("overloaded_error", "Overloaded"),
            _ => ("api_error", "Internal server error"),
        };
        return $$$$"""{"type":"error","error":{"type":"{{{{type}}}}","message":{{{{Voices.Json(message + echo)}}}}},"request_id":"req_practice"}""";
    }

    private static string UsageJson(Usage usage) => new StringBuilder("{").Append(CultureInfo.InvariantCulture, $"\"input_tokens\":{usage.UncachedInput},\"cache_creation_input_tokens\":{usage.CacheWrite5m + usage.CacheWrite1h},")
        .Append(CultureInfo.InvariantCulture, $"\"cache_read_input_tokens\":{usage.CacheRead},\"cache_creation\":{{\"ephemeral_5m_input_tokens\":{usage.CacheWrite5m},\"ephemeral_1h_input_tokens\":{usage.CacheWrite1h}}},")
        .Append(CultureInfo.InvariantCulture, $"\"output_tokens\":{usage.Output}}}").ToString();

    private static string Start(Piece piece) => piece.Kind switch
    {
        PieceKind.Thinking => """{"type":"thinking","thinking":"","signature":""}""",
        PieceKind.Text => """{"type":"text","text":""}""",
        _ => string.Create(CultureInfo.InvariantCulture, $$$$"""{"type":"tool_use","id":"toolu_{{{{piece.Index}}}}","name":{{{{Voices.Json(piece.Text)}}}},"input":{}}"""),
    };

    private static string Reason(EndReason reason) => reason switch { EndReason.Length => "max_tokens", EndReason.Tools => "tool_use", _ => "end_turn" };

    private string Close()
    {
        var signature = _open?.Kind == PieceKind.Thinking
            ? Voices.Event("content_block_delta", string.Create(CultureInfo.InvariantCulture, $$$$"""{"type":"content_block_delta","index":{{{{_block}}}},"delta":{"type":"signature_delta","signature":"practice"}}"""))
            : "";
        return signature + Voices.Event("content_block_stop", string.Create(CultureInfo.InvariantCulture, $$$$"""{"type":"content_block_stop","index":{{{{_block}}}}}"""));
    }
}
