using System.Text;
using System.Text.Json;

namespace Outpost.Aicq.Web;

/// <summary>
/// The members of a request's body, read as leniently as the hub always has: members that nobody asked for are ignored, names match in any case, the last of
/// several wins, what stands behind the first value is ignored, <c>null</c> is an empty object, and what is no UTF-8 becomes U+FFFD.
/// </summary>
internal sealed class JsonIn
{
    private readonly Dictionary<string, byte[]> _texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _truths = new(StringComparer.OrdinalIgnoreCase);

    private JsonIn()
    {
    }

    /// <summary>A text that is not there is empty.</summary>
    public ReadOnlySpan<byte> Utf8(string name) => _texts.GetValueOrDefault(name);

    public string Text(string name) => _texts.TryGetValue(name, out var utf8) ? Encoding.UTF8.GetString(utf8) : "";

    public bool Flag(string name) => _truths.Contains(name);

    /// <param name="texts">Members that must be text (or null) when they are there.</param>
    /// <param name="flags">Members that must be true or false (or null).</param>
    /// <returns>Null when the body is no such object.</returns>
    public static JsonIn? Parse(ReadOnlySpan<byte> body, ReadOnlySpan<string> texts, ReadOnlySpan<string> flags = default)
    {
        if (!System.Text.Unicode.Utf8.IsValid(body)) body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body));
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read()) return null;

            var read = new JsonIn();
            if (reader.TokenType == JsonTokenType.Null) return read;
            if (reader.TokenType != JsonTokenType.StartObject) return null;

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Unescaped(ref reader);
                if (Find(texts, name) is { } text)
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String) read._texts[text] = Unescaped(ref reader);
                    else if (reader.TokenType != JsonTokenType.Null) return null;
                }
                else if (Find(flags, name) is { } flag)
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.True) read._truths.Add(flag);
                    else if (reader.TokenType == JsonTokenType.False) read._truths.Remove(flag);
                    else if (reader.TokenType != JsonTokenType.Null) return null;
                }
                else
                {
                    reader.Skip();
                }
            }

            return read;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Find(ReadOnlySpan<string> names, ReadOnlySpan<byte> name)
    {
        foreach (var wanted in names)
        {
            if (Ascii.EqualsIgnoreCase(name, wanted)) return wanted;
        }

        return null;
    }

    // The framework's own throws on half a surrogate pair, which is U+FFFD here. The reader has seen to it that every escape is whole.
    private static byte[] Unescaped(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        if (!reader.ValueIsEscaped) return text.ToArray();

        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'\\')
            {
                bytes[length++] = text[i];
                continue;
            }

            i++;
            if (text[i] != (byte)'u')
            {
                bytes[length++] = Plain(text[i]);
                continue;
            }

            var unit = (char)Hex(text.Slice(i + 1, 4));
            i += 4;
            if (char.IsHighSurrogate(unit) && i + 6 < text.Length && text[i + 1] == (byte)'\\' && text[i + 2] == (byte)'u'
                && (char)Hex(text.Slice(i + 3, 4)) is var low && char.IsLowSurrogate(low))
            {
                i += 6;
                length += new Rune(unit, low).EncodeToUtf8(bytes.AsSpan(length));
            }
            else
            {
                length += (Rune.TryCreate(unit, out var rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(bytes.AsSpan(length));
            }
        }

        return bytes[..length];
    }

    private static byte Plain(byte escaped) => escaped switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        _ => escaped,
    };

    private static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits) value = (value << 4) | (digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return value;
    }
}
