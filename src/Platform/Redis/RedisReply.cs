using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Outpost.Platform.Redis;

public enum RedisKind : byte
{
    Null,
    Text,
    Bytes,
    Number,
    Real,
    Truth,
    List,
    Error,
}

/// <summary>
/// What Redis answered. Text, bytes and numbers turn into each other where the digits allow it; a map is a list of keys and values in turn.
/// The value is the caller's own: nothing of it is pooled.
/// </summary>
public readonly struct RedisReply
{
    private readonly object? _value;
    private readonly long _bits;

    private RedisReply(RedisKind kind, object? value, long bits = 0) => (Kind, _value, _bits) = (kind, value, bits);

    public RedisKind Kind { get; }

    public bool IsNull => Kind == RedisKind.Null;

    public bool IsError => Kind == RedisKind.Error;

    /// <summary>The parts of a list; none for null.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public RedisReply[] Items => Kind switch
    {
        RedisKind.List => (RedisReply[])_value!,
        RedisKind.Null => [],
        _ => throw Wrong("a list"),
    };

    public RedisReply this[int index] => Items[index];

    public RedisReply[] AsArray() => Items;

    /// <summary>A map, a list of pairs, or a flat list of keys and values in turn (as of <c>HGETALL</c> or <c>WITHSCORES</c> in either protocol), as pairs.</summary>
    public KeyValuePair<RedisReply, RedisReply>[] AsPairs()
    {
        var items = Items;
        if (items.Length > 0 && items.All(item => item.Kind == RedisKind.List && item.Items.Length == 2)) return [.. items.Select(item => KeyValuePair.Create(item[0], item[1]))];
        if (items.Length % 2 != 0) throw Wrong("pairs");

        var pairs = new KeyValuePair<RedisReply, RedisReply>[items.Length / 2];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = new(items[2 * i], items[(2 * i) + 1]);
        return pairs;
    }

    /// <summary>Null for null.</summary>
    public string? AsString() => Kind switch
    {
        RedisKind.Null => null,
        RedisKind.Text or RedisKind.Bytes => Encoding.UTF8.GetString((byte[])_value!),
        RedisKind.Number => _bits.ToString(CultureInfo.InvariantCulture),
        RedisKind.Real => Real.ToString("R", CultureInfo.InvariantCulture),
        RedisKind.Truth => _bits == 1 ? "1" : "0",
        _ => throw Wrong("text"),
    };

    /// <summary>Empty for null.</summary>
    public ReadOnlyMemory<byte> AsBytes() => Kind switch
    {
        RedisKind.Null => default,
        RedisKind.Text or RedisKind.Bytes => (byte[])_value!,
        _ => Encoding.UTF8.GetBytes(AsString()!),
    };

    public long AsLong() => Kind switch
    {
        RedisKind.Number or RedisKind.Truth => _bits,
        RedisKind.Text or RedisKind.Bytes when Utf8Parser.TryParse((byte[])_value!, out long number, out var used) && used == ((byte[])_value!).Length => number,
        RedisKind.Real when Real == Math.Truncate(Real) && Math.Abs(Real) < 9e15 => (long)Real,
        _ => throw Wrong("a whole number"),
    };

    public double AsDouble() => Kind switch
    {
        RedisKind.Real => Real,
        RedisKind.Number => _bits,
        RedisKind.Text or RedisKind.Bytes when TryReal((byte[])_value!, out var number) => number,
        _ => throw Wrong("a number"),
    };

    /// <summary>True for 1, true, <c>OK</c>; false for 0, false and null.</summary>
    public bool AsBool() => Kind switch
    {
        RedisKind.Null => false,
        RedisKind.Text when ((byte[])_value!).AsSpan().SequenceEqual("OK"u8) => true,
        _ => AsLong() != 0,
    };

    /// <summary>The refusal as an exception; only of an error.</summary>
    public RedisServerException AsException() => Kind == RedisKind.Error ? new(Encoding.UTF8.GetString((byte[])_value!)) : throw Wrong("an error");

    /// <summary>This reply, unless it is an error.</summary>
    /// <exception cref="RedisServerException">It is.</exception>
    public RedisReply OrThrow() => Kind == RedisKind.Error ? throw AsException() : this;

    /// <summary>For a person who looks for a fault; never the data itself.</summary>
    public override string ToString() => Kind switch
    {
        RedisKind.List => $"{Kind} of {Items.Length}",
        RedisKind.Text or RedisKind.Bytes => $"{Kind} of {((byte[])_value!).Length} bytes",
        RedisKind.Error => AsException().Message,
        _ => Kind.ToString(),
    };

    internal static RedisReply Text(byte[] text) => new(RedisKind.Text, text);

    internal static RedisReply Bytes(byte[] bytes) => new(RedisKind.Bytes, bytes);

    internal static RedisReply Integer(long number) => new(RedisKind.Number, null, number);

    internal static RedisReply OfReal(double number) => new(RedisKind.Real, null, BitConverter.DoubleToInt64Bits(number));

    internal static RedisReply Truth(bool truth) => new(RedisKind.Truth, null, truth ? 1 : 0);

    internal static RedisReply List(RedisReply[] items) => new(RedisKind.List, items);

    internal static RedisReply Error(byte[] text) => new(RedisKind.Error, text);

    /// <summary>Whether the error's first word is this one.</summary>
    internal bool IsErrorOf(ReadOnlySpan<byte> code) =>
        Kind == RedisKind.Error && _value is byte[] text && text.AsSpan().StartsWith(code) && (text.Length == code.Length || text[code.Length] == (byte)' ');

    internal static bool TryReal(ReadOnlySpan<byte> text, out double number)
    {
        if (text.SequenceEqual("inf"u8) || text.SequenceEqual("+inf"u8)) number = double.PositiveInfinity;
        else if (text.SequenceEqual("-inf"u8)) number = double.NegativeInfinity;
        else return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

        return true;
    }

    private double Real => BitConverter.Int64BitsToDouble(_bits);

    private InvalidOperationException Wrong(string wanted) => new($"Redis answered {this} where {wanted} was expected.");
}
