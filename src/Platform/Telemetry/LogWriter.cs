using Microsoft.Extensions.Logging;

namespace Outpost.Platform.Telemetry;

/// <summary>
/// Carries finished log lines to a stream without making anyone wait: callers append to a bounded buffer, one thread writes it out. When the
/// stream is slower than the lines, debug goes first, then info, then warnings; what was lost is counted. A dead stream loses lines and nothing else.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int SmallBuffer = 16 * 1024;
    private const int LargestKept = 256 * 1024;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LastChance = TimeSpan.FromSeconds(2);

    private readonly Lock _output;
    private readonly Stream _stream;
    private readonly int _capacity;
    private readonly Func<long, byte[]> _lossNote;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private byte[] _filling = new byte[SmallBuffer];
    private byte[] _writing = new byte[SmallBuffer];
    private int _filled;
    private bool _busy;
    private bool _hurry;
    private bool _ended;
    private long _lost;
    private long _lostTold;

    /// <param name="stream">Where lines go; written by one thread at a time.</param>
    /// <param name="output">Held while a batch is written, so that several writers can share one stream without mixing lines.</param>
    /// <param name="lossNote">Makes the line that tells how many lines were lost since the last one.</param>
    public LogWriter(Stream stream, Lock output, Func<long, byte[]> lossNote, int capacity = 1 << 20)
    {
        (_stream, _output, _lossNote, _capacity) = (stream, output, lossNote, capacity);
        _thread = new Thread(WriteOut, maxStackSize: 256 * 1024) { IsBackground = true, Name = "log writer" };
        _thread.Start();
    }

    /// <summary>Lines that were dropped because the buffer was full or the stream refused them.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Never blocks on the stream.</summary>
    public void Append(ReadOnlySpan<byte> line, LogLevel level)
    {
        lock (_gate)
        {
            if (_ended || _filled + line.Length > RoomFor(level))
            {
                Interlocked.Increment(ref _lost);
                return;
            }

            if (_filled + line.Length > _filling.Length) Array.Resize(ref _filling, Math.Min(_capacity, Math.Max(_filling.Length * 2, _filled + line.Length)));
            line.CopyTo(_filling.AsSpan(_filled));
            _filled += line.Length;
            if (!_busy || _filled > _capacity / 4) Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until everything appended so far has been written or given up.</summary>
    /// <returns>False when the stream did not take it in time.</returns>
    public bool Flush(TimeSpan within)
    {
        var deadline = Environment.TickCount64 + (long)within.TotalMilliseconds;
        lock (_gate)
        {
            _hurry = true;
            Monitor.PulseAll(_gate);
            while (_filled > 0 || _busy)
            {
                var left = deadline - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(_gate, TimeSpan.FromMilliseconds(left))) return false;
            }

            return true;
        }
    }

    public void Dispose()
    {
        Flush(LastChance);
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }

        // A thread that hangs in the stream is left behind: it must not keep the process from ending.
        _thread.Join(LastChance);
    }

    private int RoomFor(LogLevel level) => level switch
    {
        <= LogLevel.Debug => _capacity / 2,
        LogLevel.Information => _capacity / 4 * 3,
        LogLevel.Warning => _capacity / 8 * 7,
        _ => _capacity,
    };

    private void WriteOut()
    {
        while (true)
        {
            int length;
            lock (_gate)
            {
                _busy = false;
                Monitor.PulseAll(_gate);
                while (_filled == 0 && !_ended) Monitor.Wait(_gate);
                if (_filled == 0) return;

                // A moment's patience turns a busy second into a few hundred writes instead of tens of thousands.
                if (!_hurry && !_ended && _filled < _capacity / 4) Monitor.Wait(_gate, Gather);
                (_filling, _writing) = (_writing, _filling);
                (length, _filled, _busy, _hurry) = (_filled, 0, true, false);
            }

            WriteBatch(_writing.AsSpan(0, length));
            // What a busy service needs again and again is kept; what one stuck output has piled up is not.
            if (_writing.Length > LargestKept) _writing = new byte[SmallBuffer];
        }
    }

    private void WriteBatch(ReadOnlySpan<byte> batch)
    {
        try
        {
            lock (_output)
            {
                _stream.Write(batch);
                var lost = Lost;
                if (lost > _lostTold)
                {
                    _stream.Write(_lossNote(lost - _lostTold));
                    _lostTold = lost;
                }

                _stream.Flush();
            }
        }
        catch (Exception refused) when (refused is IOException or ObjectDisposedException or UnauthorizedAccessException or NotSupportedException)
        {
            // A closed pipe or a full disk. There is nowhere left to say so but the counter.
            Interlocked.Add(ref _lost, batch.Count((byte)'\n'));
        }
    }
}
