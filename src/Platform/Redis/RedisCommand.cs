using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Outpost.Platform.Redis;

/// <summary>
/// One command as it goes over the wire, made once: <c>new RedisCommand("ZADD", key, score, member)</c>. It is immutable, may be kept and sent
/// any number of times, and costs one allocation. Commands that wait (<c>BLPOP</c>, <c>XREAD BLOCK</c>) or change the connection (<c>SELECT</c>,
/// <c>SUBSCRIBE</c>, <c>WATCH</c>) must not be sent: everybody shares the connection.
/// </summary>
public readonly struct RedisCommand
{
    private readonly byte[]? _wire;
    private readonly int _keyOffset;

    /// <param name="name">One word; the second word of <c>SCRIPT LOAD</c> is an argument.</param>
    public RedisCommand(string name, params ReadOnlySpan<RedisArg> arguments)
        : this(name, null, arguments)
    {
    }

    internal RedisCommand(string name, RedisScript? script, ReadOnlySpan<RedisArg> arguments)
    {
        Script = script;
        var key = RedisKeys.Place(name, arguments);
        var room = 64 + Encoding.UTF8.GetMaxByteCount(name.Length);
        foreach (var argument in arguments) room += argument.MaxLength + 24;

        var rented = ArrayPool<byte>.Shared.Rent(room);
        var end = Head(rented, 0, (byte)'*', arguments.Length + 1);
        end = Part(rented, end, name, out _);
        for (var i = 0; i < arguments.Length; i++)
        {
            end = Part(rented, end, arguments[i], out var at);
            if (i == key) _keyOffset = at;
        }

        _wire = rented.AsSpan(0, end).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        Name = name;
    }

    private RedisCommand(string name, byte[] wire, int keyOffset) => (Name, _wire, _keyOffset) = (name, wire, keyOffset);

    internal string Name { get; }

    /// <summary>Whose text is sent when the server does not know its SHA-1.</summary>
    internal RedisScript? Script { get; }

    internal ReadOnlySpan<byte> Wire => _wire ?? throw new ArgumentException("This command is default(RedisCommand), which is none.");

    internal bool HasKey => _keyOffset > 0;

    /// <summary>The key that says which node of a cluster takes it.</summary>
    internal ReadOnlySpan<byte> Key
    {
        get
        {
            if (_keyOffset == 0) return default;

            // The length stands before it: $5\r\nhello.
            var wire = Wire;
            var dollar = wire[.._keyOffset].LastIndexOf((byte)'$');
            return Utf8Parser.TryParse(wire[(dollar + 1)..], out int length, out _) ? wire.Slice(_keyOffset, length) : default;
        }
    }

    /// <summary>The same call with the script's text instead of its SHA-1.</summary>
    internal RedisCommand WithScriptText()
    {
        var wire = Wire;
        var text = Script!.Utf8;
        // *N $7 EVALSHA $40 <sha>: what follows is kept as it is.
        var headEnd = wire.IndexOf("\r\n"u8) + 2;
        var rest = headEnd + "$7\r\nEVALSHA\r\n$40\r\n"u8.Length + 40 + 2;
        var bytes = new byte[wire.Length + text.Length + 24];
        wire[..headEnd].CopyTo(bytes);
        var end = headEnd;
        "$4\r\nEVAL\r\n"u8.CopyTo(bytes.AsSpan(end));
        end += "$4\r\nEVAL\r\n"u8.Length;
        end = Head(bytes, end, (byte)'$', text.Length);
        text.CopyTo(bytes.AsSpan(end));
        end += text.Length;
        "\r\n"u8.CopyTo(bytes.AsSpan(end));
        end += 2;
        wire[rest..].CopyTo(bytes.AsSpan(end));
        var moved = end - rest;
        end += wire.Length - rest;
        return new("EVAL", bytes.AsSpan(0, end).ToArray(), _keyOffset == 0 ? 0 : _keyOffset + moved);
    }

    private static int Head(byte[] wire, int at, byte mark, int count)
    {
        wire[at++] = mark;
        Utf8Formatter.TryFormat(count, wire.AsSpan(at), out var digits);
        at += digits;
        wire[at++] = (byte)'\r';
        wire[at++] = (byte)'\n';
        return at;
    }

    private static int Part(byte[] wire, int at, RedisArg argument, out int valueAt)
    {
        // The length is only known when the text has been written: room is left for it and closed again.
        var reserved = at + 14;
        var length = argument.Write(wire.AsSpan(reserved));
        valueAt = Head(wire, at, (byte)'$', length);
        wire.AsSpan(reserved, length).CopyTo(wire.AsSpan(valueAt));
        var end = valueAt + length;
        wire[end++] = (byte)'\r';
        wire[end++] = (byte)'\n';
        return end;
    }
}

/// <summary>Where a command's first key stands.</summary>
internal static class RedisKeys
{
    private const int None = -1;

    /// <returns>The index of the argument; -1 when it has no key and any node may take it.</returns>
    public static int Place(string name, ReadOnlySpan<RedisArg> arguments)
    {
        var place = name.ToUpperInvariant() switch
        {
            "PING" or "ECHO" or "AUTH" or "HELLO" or "SELECT" or "INFO" or "CONFIG" or "CLIENT" or "CLUSTER" or "COMMAND" or "SCRIPT" or "PUBLISH" or "TIME" or "DBSIZE"
                or "FLUSHALL" or "FLUSHDB" or "MULTI" or "EXEC" or "DISCARD" or "ASKING" or "READONLY" or "READWRITE" or "SCAN" or "KEYS" or "RANDOMKEY" or "WAIT" or "SAVE"
                or "BGSAVE" or "BGREWRITEAOF" or "LASTSAVE" or "ROLE" or "SLOWLOG" or "LATENCY" or "DEBUG" or "SHUTDOWN" or "ACL" or "PUBSUB" or "FUNCTION" or "UNWATCH"
                or "RESET" or "QUIT" or "MONITOR" or "LOLWUT" or "MODULE" or "SWAPDB" => None,
            "EVAL" or "EVALSHA" or "EVAL_RO" or "EVALSHA_RO" or "FCALL" or "FCALL_RO" => arguments.Length > 2 && arguments[1].AsCount > 0 ? 2 : None,
            "ZUNION" or "ZINTER" or "ZDIFF" or "SINTERCARD" or "ZINTERCARD" or "ZMPOP" or "LMPOP" => 1,
            "OBJECT" or "MEMORY" or "BITOP" or "XGROUP" or "XINFO" => 1,
            "XREAD" or "XREADGROUP" => BehindStreams(arguments),
            _ => 0,
        };
        return place < arguments.Length ? place : None;
    }

    private static int BehindStreams(ReadOnlySpan<RedisArg> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Says("STREAMS")) return i + 1;
        }

        return None;
    }
}
