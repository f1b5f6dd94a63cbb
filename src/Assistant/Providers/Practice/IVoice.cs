using System.Text;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

internal enum PieceKind { Thinking, Text, ToolStart, ToolArguments }

/// <summary>A piece of a scripted answer.</summary>
/// <param name="Index">Of the tool, from 0.</param>
/// <param name="Text">Words, a tool's name, or a fragment of its arguments.</param>
internal readonly record struct Piece(PieceKind Kind, string Text, int Index = 0)
{
    public int Bytes => Encoding.UTF8.GetByteCount(Text);
}

internal enum EndReason { Stop, Length, Tools }

/// <summary>How one provider's API sounds. Each record is a complete server-sent event, lines ended with LF.</summary>
internal interface IVoice
{
    string Api { get; }

    /// <summary>What the request says: which model, streamed or not, how many tokens at most, and how many it has itself.</summary>
    (string Model, bool Stream, int MaxOutput, long Input) Read(JsonElement request);

    /// <param name="input">Null when usage is not to be said.</param>
    IEnumerable<string> Head(string model, Usage? input);

    IEnumerable<string> Say(Piece piece, int place);

    /// <param name="final">Null when usage is not to be said.</param>
    IEnumerable<string> Tail(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final, UsageReport report);

    string Whole(string model, IReadOnlyList<Piece> said, EndReason reason, Usage? final);

    /// <summary>Overloaded, in the middle of an answer.</summary>
    string ErrorEvent();

    /// <param name="echo">What it repeats of the request, as providers do.</param>
    string ErrorBody(int status, bool money, int? retryAfterSeconds, string? echo);
}

/// <summary>What the voices have in common.</summary>
internal static class Voices
{
    public static string Json(string text) => JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) is var encoded ? $"\"{encoded}\"" : "";

    public static string Event(string name, string json) => $"event: {name}\ndata: {json}\n\n";

    public static string Data(string json) => $"data: {json}\n\n";

    public static string TextOf(IEnumerable<Piece> said, PieceKind kind) => string.Concat(said.Where(piece => piece.Kind == kind).Select(piece => piece.Text));

    public static IEnumerable<(int Index, string Name, string Arguments)> Tools(IReadOnlyList<Piece> said) => said.Where(piece => piece.Kind == PieceKind.ToolStart)
        .Select(start => (start.Index, start.Text, string.Concat(said.Where(piece => piece.Kind == PieceKind.ToolArguments && piece.Index == start.Index).Select(piece => piece.Text))));

    public static long Tokens(string? text) => text is null ? 0 : (Encoding.UTF8.GetByteCount(text) + 2) / 3;

    public static long Tokens(params ReadOnlySpan<string?> joined)
    {
        long bytes = 0;
        foreach (var text in joined) bytes += text is null ? 0 : Encoding.UTF8.GetByteCount(text);
        return (bytes + 2) / 3;
    }

    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static int Number(JsonElement element, string name, int otherwise) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : otherwise;

    public static bool Flag(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static string Raw(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetRawText() : "";
}
