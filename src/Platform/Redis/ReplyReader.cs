using System.Buffers.Text;

namespace Outpost.Platform.Redis;

/// <summary>
/// Reads replies of RESP2 and RESP3 from whatever pieces the network brings. What was read stays read: a reply that comes in a thousand pieces
/// is looked at once.
/// </summary>
internal sealed class ReplyReader
{
    private const int MaxDepth = 64, MaxItems = 1 << 26, MaxBytes = 512 * 1024 * 1024, MaxLine = 32 * 1024;

    private static readonly byte[] Ok = "OK"u8.ToArray(), Queued = "QUEUED"u8.ToArray(), Pong = "PONG"u8.ToArray();

    private readonly Stack<Open> _lists = new();
    private byte[]? _bulk;
    private int _bulkFilled;
    private byte _bulkMark;

    /// <summary>Whether the reply that <see cref="TryRead"/> gave came unasked (a push of RESP3).</summary>
    public bool IsPush { get; private set; }

    /// <param name="data">What has not been consumed yet.</param>
    /// <param name="used">How many bytes of it were; to be called with the rest and what comes behind it.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="RedisProtocolException">These are no replies.</exception>
    public bool TryRead(ReadOnlySpan<byte> data, out int used, out RedisReply reply)
    {
        used = 0;
        while (true)
        {
            if (!TryReadOne(data[used..], out var one, out reply))
            {
                used += one;
                return false;
            }

            used += one;
            if (Place(ref reply)) return true;
        }
    }

    /// <summary>Puts a part into the list that it belongs to.</summary>
    /// <returns>True when a whole reply is there.</returns>
    private bool Place(ref RedisReply reply)
    {
        while (_lists.TryPeek(out var list))
        {
            if (list.Items is null)
            {
                // An attribute: said about the reply behind it, and of no use here.
                if (--list.Left > 0) return false;
                _lists.Pop();
                return false;
            }

            list.Items[^list.Left] = reply;
            if (--list.Left > 0) return false;

            _lists.Pop();
            IsPush = list.IsPush;
            reply = RedisReply.List(list.Items);
        }

        return true;
    }

    private bool TryReadOne(ReadOnlySpan<byte> data, out int used, out RedisReply reply)
    {
        used = 0;
        reply = default;
        while (_bulk is null)
        {
            var end = data[used..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return data.Length - used <= MaxLine ? false : throw new RedisProtocolException("Redis sent a line without an end.");
            }

            if (end < 2 || data[used + end - 1] != (byte)'\r') throw new RedisProtocolException("Redis sent an empty line.");

            var line = data.Slice(used, end - 1);
            used += end + 1;
            if (Begin(line, out reply)) return true;
        }

        // With \r\n behind it.
        var wanted = _bulk.Length + 2 - _bulkFilled;
        var piece = data.Slice(used, Math.Min(wanted, data.Length - used));
        var content = Math.Min(piece.Length, _bulk.Length - _bulkFilled);
        if (content > 0) piece[..content].CopyTo(_bulk.AsSpan(_bulkFilled));
        _bulkFilled += piece.Length;
        used += piece.Length;
        if (_bulkFilled < _bulk.Length + 2) return false;
        if (piece[^1] != (byte)'\n') throw new RedisProtocolException("Redis sent a text that is longer than it said.");

        reply = _bulkMark switch
        {
            (byte)'!' => RedisReply.Error(_bulk),
            // Verbatim text says its format first: txt:
            (byte)'=' when _bulk.Length >= 4 => RedisReply.Bytes(_bulk[4..]),
            _ => RedisReply.Bytes(_bulk),
        };
        _bulk = null;
        return true;
    }

    /// <returns>True when the line is a whole value; false when its parts follow.</returns>
    private bool Begin(ReadOnlySpan<byte> line, out RedisReply reply)
    {
        var rest = line[1..];
        reply = default;
        if (_lists.Count == 0) IsPush = false;
        switch (line[0])
        {
            case (byte)'+':
                reply = RedisReply.Text(rest.SequenceEqual(Ok) ? Ok : rest.SequenceEqual(Queued) ? Queued : rest.SequenceEqual(Pong) ? Pong : rest.ToArray());
                return true;
            case (byte)'-':
                reply = RedisReply.Error(rest.ToArray());
                return true;
            case (byte)':':
                reply = RedisReply.Integer(Number(rest));
                return true;
            case (byte)'$' or (byte)'!' or (byte)'=':
                var length = Number(rest);
                if (length == -1) return true;
                if (length is < 0 or > MaxBytes) throw new RedisProtocolException("Redis announced a text of an impossible length.");
                (_bulk, _bulkFilled, _bulkMark) = (new byte[length], 0, line[0]);
                return false;
            case (byte)'*' or (byte)'~' or (byte)'>':
                return BeginList(Number(rest), line[0] == (byte)'>', discard: false, out reply);
            case (byte)'%':
                return BeginList(Number(rest) * 2, push: false, discard: false, out reply);
            case (byte)'|':
                return BeginList(Number(rest) * 2, push: false, discard: true, out reply);
            case (byte)'_':
                return true;
            case (byte)'#':
                reply = RedisReply.Truth(rest.SequenceEqual("t"u8));
                return true;
            case (byte)',':
                reply = RedisReply.TryReal(rest, out var number) ? RedisReply.OfReal(number) : throw new RedisProtocolException("Redis sent a number that is none.");
                return true;
            case (byte)'(':
                reply = RedisReply.Bytes(rest.ToArray());
                return true;
            default:
                throw new RedisProtocolException("Redis sent something that begins no reply; is this a Redis?");
        }
    }

    private bool BeginList(long count, bool push, bool discard, out RedisReply reply)
    {
        reply = default;
        if (count == -1) return true;
        if (count is < 0 or > MaxItems || _lists.Count >= MaxDepth) throw new RedisProtocolException("Redis announced a list of an impossible size.");
        if (count == 0 && discard) return false;
        if (count == 0)
        {
            reply = RedisReply.List([]);
            return true;
        }

        _lists.Push(new Open { Items = discard ? null : new RedisReply[count], Left = (int)count, IsPush = push });
        return false;
    }

    private static long Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length ? number : throw new RedisProtocolException("Redis sent a number that is none.");

    private sealed class Open
    {
        public RedisReply[]? Items { get; init; }

        public int Left { get; set; }

        public bool IsPush { get; init; }
    }
}
