using System.Text;
using System.Text.Json;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>What the four APIs write alike.</summary>
internal static class WireJson
{
    /// <summary>Writes JSON that somebody else made as it is, or an empty object where it is none: a model's arguments need not be valid.</summary>
    public static void RawObject(Utf8JsonWriter json, string raw)
    {
        if (IsObject(raw)) json.WriteRawValue(raw, skipInputValidation: true);
        else
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
    }

    public static bool IsObject(string raw)
    {
        if (string.IsNullOrWhiteSpace(raw)) return false;

        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(raw));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;

            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary><c>data:image/png;base64,…</c>, written piece by piece.</summary>
    public static void DataUrl(Utf8JsonWriter json, ImagePart image) => DataUrl(json, image.MediaType, image.Data.Span);

    public static void DataUrl(Utf8JsonWriter json, string mediaType, ReadOnlySpan<byte> data)
    {
        json.WriteStringValueSegment("data:", isFinalSegment: false);
        json.WriteStringValueSegment(mediaType, isFinalSegment: false);
        json.WriteStringValueSegment(";base64,", isFinalSegment: false);
        json.WriteStringValueSegment(Convert.ToBase64String(data), isFinalSegment: true);
    }

    /// <summary>The instructions of all system messages, in their order.</summary>
    public static string Instructions(ModelRequest request) =>
        string.Join("\n\n", request.Messages.Where(message => message.By == Speaker.System).SelectMany(message => message.Parts).OfType<TextPart>().Select(part => part.Text).Where(text => text.Length > 0));

    public static string TextOf(Message message) => message.Parts is [TextPart only] ? only.Text : string.Concat(message.Parts.OfType<TextPart>().Select(part => part.Text));

    /// <summary>A thought's proof belongs to whoever signed it: marked with who that is, it is never handed to another.</summary>
    public static string? Signed(string? signature, string mark) => signature?.StartsWith(mark, StringComparison.Ordinal) == true ? signature[mark.Length..] : null;
}
