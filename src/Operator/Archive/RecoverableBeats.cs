using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>The heartbeats that the archive does not yet hold, oldest first; each is let go when the log behind its commit has arrived.</summary>
internal sealed class RecoverableBeats
{
    // A day at one a second would be 86,400; what is dropped in between makes the answer older, never newer than it is.
    private const int Most = 4096;
    private readonly List<(Beat Beat, Lsn Behind)> _waiting = [];
    private Beat? _recoverable;

    public void Add(Beat beat, Lsn behind)
    {
        _waiting.Add((beat, behind));
        if (_waiting.Count > Most) _waiting.RemoveAll(w => w.Beat.Seq % 2 == 0 && w.Beat.Seq != beat.Seq);
    }

    /// <summary>The newest that could be brought back, and the oldest after it that could not; null for what is not there.</summary>
    public (Beat? Newest, Beat? FirstLost) RecoverableTo(Lsn end)
    {
        var arrived = _waiting.TakeWhile(w => w.Behind <= end).Count();
        if (arrived > 0)
        {
            _recoverable = _waiting[arrived - 1].Beat;
            _waiting.RemoveRange(0, arrived);
        }

        return (_recoverable, _waiting.Count > 0 ? _waiting[0].Beat : null);
    }
}

/// <summary>How fast the backlog grows.</summary>
internal sealed class BacklogTrend
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private readonly Queue<(long At, long Bytes)> _samples = [];

    /// <returns>Bytes a second over the last minutes; 0 when it does not grow.</returns>
    public double Add(long at, long bytes, TimeProvider clock)
    {
        _samples.Enqueue((at, bytes));
        while (_samples.Count > 2 && clock.GetElapsedTime(_samples.Peek().At, at) > Window) _samples.Dequeue();
        var (from, before) = _samples.Peek();
        var seconds = clock.GetElapsedTime(from, at).TotalSeconds;
        return seconds > 0 && bytes > before ? (bytes - before) / seconds : 0;
    }
}
