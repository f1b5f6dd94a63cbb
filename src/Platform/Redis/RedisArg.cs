using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Outpost.Platform.Redis;

/// <summary>
/// One argument of a command: text (as UTF-8), bytes, or a number in Redis's own spelling. The bytes are read when the command is made
/// and not kept.
/// </summary>
public readonly struct RedisArg
{
    private readonly object? _value;
    private readonly long _bits;
    private readonly int _offset;
    private readonly Form _form;

    private RedisArg(Form form, object? value, long bits, int offset = 0) => (_form, _value, _bits, _offset) = (form, value, bits, offset);

    private enum Form : byte
    {
        Bytes,
        Text,
        Integer,
        Real,
    }

    public static implicit operator RedisArg(string text) => new(Form.Text, text, 0);

    public static implicit operator RedisArg(byte[] bytes) => new(Form.Bytes, bytes, bytes.Length);

    public static implicit operator RedisArg(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var part) ? new RedisArg(Form.Bytes, part.Array, part.Count, part.Offset) : bytes.ToArray();

    public static implicit operator RedisArg(long number) => new(Form.Integer, null, number);

    public static implicit operator RedisArg(int number) => new(Form.Integer, null, number);

    public static implicit operator RedisArg(double number) => new(Form.Real, null, BitConverter.DoubleToInt64Bits(number));

    public static implicit operator RedisArg(Guid id) => new(Form.Text, id.ToString(), 0);

    /// <summary>How many bytes it has at most.</summary>
    internal int MaxLength => _form switch
    {
        Form.Text => Encoding.UTF8.GetMaxByteCount(((string)_value!).Length),
        Form.Bytes => checked((int)_bits),
        Form.Integer => 20,
        Form.Real => 32,
    };

    /// <summary>What it says, for finding where the keys of a script begin; 0 when it is no number.</summary>
    internal long AsCount => _form == Form.Integer ? _bits : _form == Form.Text && long.TryParse((string)_value!, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;

    internal bool Says(string word) => _form == Form.Text && word.Equals((string)_value!, StringComparison.OrdinalIgnoreCase);

    internal int Write(Span<byte> target)
    {
        switch (_form)
        {
            case Form.Text: return Encoding.UTF8.GetBytes((string)_value!, target);
            case Form.Integer:
                Utf8Formatter.TryFormat(_bits, target, out var digits);
                return digits;
            case Form.Real: return WriteReal(BitConverter.Int64BitsToDouble(_bits), target);
            default:
                if (_value is byte[] bytes) bytes.AsSpan(_offset, (int)_bits).CopyTo(target);
                return (int)_bits;
        }
    }

    private static int WriteReal(double number, Span<byte> target)
    {
        if (double.IsPositiveInfinity(number)) return Copy("+inf"u8, target);
        if (double.IsNegativeInfinity(number)) return Copy("-inf"u8, target);

        number.TryFormat(target, out var length, "R", CultureInfo.InvariantCulture);
        return length;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> target)
    {
        text.CopyTo(target);
        return text.Length;
    }
}
