using System.Buffers;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>
/// Takes a stream of server-sent events apart, wherever the network cut it: inside a line, a character, or between CR and LF. Comments and fields that mean
/// nothing here are passed over; several data lines of one event are joined as the standard says.
/// </summary>
internal sealed class SseReader(Stream stream, int largestEvent) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
    private int _start;
    private int _end;
    private int _scanned;
    private byte[] _data = [];
    private int _dataLength;
    private bool _hasData;
    private bool _hasDispatched;
    private byte[] _type = [];
    private int _typeLength;
    private bool _begun;
    private bool _ended;

    /// <summary>The event's name; empty when it has none. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Type => _type.AsSpan(0, _typeLength);

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Data => _data.AsSpan(0, _dataLength);

    /// <summary>Whether an event could be taken from what has been read so far.</summary>
    /// <exception cref="InvalidDataException">A line or an event is larger than allowed.</exception>
    public bool TryRead()
    {
        if (_hasDispatched)
        {
            _hasDispatched = false;
            _dataLength = 0;
            _typeLength = 0;
            _hasData = false;
        }

        while (TryLine(out var line))
        {
            if (line.Length > 0)
            {
                Field(line);
                continue;
            }

            if (!_hasData)
            {
                _typeLength = 0;
                continue;
            }

            // The last line's own line feed does not belong to the data.
            _dataLength--;
            _hasDispatched = true;
            return true;
        }

        return false;
    }

    /// <returns>False at the end of the stream.</returns>
    public async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        if (_ended) return false;

        MakeRoom();
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), ct);
        if (read == 0)
        {
            _ended = true;
            return false;
        }

        _end += read;
        if (!_begun && _end - _start >= 3)
        {
            _begun = true;
            if (_buffer.AsSpan(_start, 3).SequenceEqual("\uFEFF"u8)) _scanned = _start += 3;
        }

        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private bool TryLine(out ReadOnlySpan<byte> line)
    {
        var at = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\r', (byte)'\n');
        if (at < 0)
        {
            _scanned = _end;
            if (_end - _start > largestEvent) throw new InvalidDataException("A line is too long.");
            line = default;
            return false;
        }

        at += _scanned;
        // A CR at the very end may be the first half of a CRLF.
        if (_buffer[at] == '\r' && at + 1 == _end && !_ended)
        {
            _scanned = at;
            line = default;
            return false;
        }

        line = _buffer.AsSpan(_start, at - _start);
        _start = at + (_buffer[at] == '\r' && at + 1 < _end && _buffer[at + 1] == '\n' ? 2 : 1);
        _scanned = _start;
        return true;
    }

    private void Field(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon == 0) return;

        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..];
        if (value.Length > 0 && value[0] == ' ') value = value[1..];
        if (name.SequenceEqual("data"u8))
        {
            Append(ref _data, ref _dataLength, value);
            Append(ref _data, ref _dataLength, "\n"u8);
            _hasData = true;
        }
        else if (name.SequenceEqual("event"u8))
        {
            _typeLength = 0;
            Append(ref _type, ref _typeLength, value);
        }
    }

    private void Append(ref byte[] to, ref int length, ReadOnlySpan<byte> more)
    {
        if (length + more.Length > largestEvent) throw new InvalidDataException("An event is too long.");
        if (length + more.Length > to.Length) Array.Resize(ref to, Math.Max(Math.Max(256, to.Length * 2), length + more.Length));
        more.CopyTo(to.AsSpan(length));
        length += more.Length;
    }

    private void MakeRoom()
    {
        if (_start == _end) _start = _end = _scanned = 0;
        if (_end < _buffer.Length) return;

        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _scanned -= _start;
            _end -= _start;
            _start = 0;
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
