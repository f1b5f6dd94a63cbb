using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Outpost.Aicq.Web;

/// <summary>
/// JSON written by hand, in the spelling that the hub has always had: <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped, everything else beyond ASCII as it is. What
/// is stored in Redis and what is sent to callers are the same bytes, so a message is never taken apart to be shown.
/// </summary>
internal sealed class JsonOut
{
    private const int KeptAtMost = 1 << 20;
    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\', (byte)'<', (byte)'>', (byte)'&', 0xE2]);

    [ThreadStatic]
    private static JsonOut? t_spare;

    private byte[] _bytes = new byte[4096];
    private int _length;

    private JsonOut()
    {
    }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>An empty one; <see cref="Return"/> gives it back to its thread.</summary>
    public static JsonOut Rent()
    {
        var json = t_spare ?? new();
        t_spare = null;
        json._length = 0;
        return json;
    }

    public void Return()
    {
        if (_bytes.Length <= KeptAtMost) t_spare = this;
    }

    /// <summary>What was written, as bytes of the caller's own; the writer goes back to its thread.</summary>
    public byte[] Take()
    {
        var bytes = Written.ToArray();
        Return();
        return bytes;
    }

    public JsonOut Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
        return this;
    }

    public JsonOut Number(long number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out var written);
        _length += written;
        return this;
    }

    /// <summary>Quoted and escaped.</summary>
    public JsonOut Text(string text)
    {
        Span<byte> small = stackalloc byte[512];
        if (text.Length <= small.Length / 3) return Text(small[..Encoding.UTF8.GetBytes(text, small)]);

        return Text(Encoding.UTF8.GetBytes(text));
    }

    /// <param name="utf8">Valid UTF-8.</param>
    public JsonOut Text(ReadOnlySpan<byte> utf8)
    {
        Raw("\""u8);
        while (utf8.IndexOfAny(Special) is var at and >= 0)
        {
            Raw(utf8[..at]);
            utf8 = utf8[(at + Escape(utf8[at..]))..];
        }

        return Raw(utf8).Raw("\""u8);
    }

    // Returns how many bytes of the text it has dealt with.
    private int Escape(ReadOnlySpan<byte> from)
    {
        switch (from[0])
        {
            case (byte)'"': Raw("\\\""u8); return 1;
            case (byte)'\\': Raw("\\\\"u8); return 1;
            case (byte)'\n': Raw("\\n"u8); return 1;
            case (byte)'\r': Raw("\\r"u8); return 1;
            case (byte)'\t': Raw("\\t"u8); return 1;
            // U+2028 and U+2029 end a line in JavaScript.
            case 0xE2 when from.Length >= 3 && from[1] == 0x80 && (from[2] & 0xFE) == 0xA8: Raw(from[2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8); return 3;
            case 0xE2: Raw(from[..1]); return 1;
            case var other:
                Raw("\\u00"u8);
                var hex = Room(2);
                hex[0] = (byte)"0123456789abcdef"[other >> 4];
                hex[1] = (byte)"0123456789abcdef"[other & 15];
                _length += 2;
                return 1;
        }
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        return _bytes.AsSpan(_length);
    }
}
