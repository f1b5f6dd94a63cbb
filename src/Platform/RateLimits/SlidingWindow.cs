using Outpost.Kernel;

namespace Outpost.Platform.RateLimits;

/// <summary>
/// At most <c>limit</c> calls for one key within any stretch of time as long as the window: no burst at a boundary. Remembers at most
/// <c>keys</c> keys; the one unused for longest is forgotten first. Refused calls do not count.
/// </summary>
public sealed class SlidingWindow
{
    private readonly TimeProvider _clock;
    private readonly int _limit;
    private readonly TimeSpan _window;
    private readonly int _keys;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Calls>> _known = new(StringComparer.Ordinal);
    private readonly LinkedList<Calls> _byUse = new();

    /// <exception cref="ArgumentOutOfRangeException">A limit, a window or a number of keys that is not positive.</exception>
    public SlidingWindow(TimeProvider clock, int limit, TimeSpan window, int keys = 10_000)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keys);
        (_clock, _limit, _window, _keys) = (clock, limit, window, keys);
    }

    /// <summary>How many keys are remembered at the moment.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _known.Count;
        }
    }

    /// <summary>Asks for one call.</summary>
    public Allowance Take(string key)
    {
        var now = _clock.GetUtcNow();
        lock (_gate)
        {
            var calls = Of(key);
            calls.Forget(now - _window);
            var granted = calls.Times.Count < _limit;
            if (granted) calls.Add(now);
            var opens = calls.Times.Peek() + _window;
            return new(granted, _limit, _limit - calls.Times.Count, granted ? TimeSpan.Zero : opens - now, calls.Last + _window);
        }
    }

    /// <summary>Forgets a key: the operator's way to let somebody in again.</summary>
    /// <returns>False when nothing was remembered of it.</returns>
    public bool Clear(string key)
    {
        lock (_gate)
        {
            if (!_known.Remove(key, out var node)) return false;

            _byUse.Remove(node);
            return true;
        }
    }

    private Calls Of(string key)
    {
        if (_known.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value;
        }

        if (_known.Count == _keys)
        {
            _known.Remove(_byUse.Last!.Value.Key);
            _byUse.RemoveLast();
        }

        return (_known[key] = _byUse.AddFirst(new Calls(key))).Value;
    }

    private sealed class Calls(string key)
    {
        public string Key { get; } = key;

        public Queue<DateTimeOffset> Times { get; } = new(4);

        public DateTimeOffset Last { get; private set; }

        public void Add(DateTimeOffset at)
        {
            Times.Enqueue(at);
            Last = at;
        }

        // A call leaves the window exactly one window after it was made.
        public void Forget(DateTimeOffset upTo)
        {
            while (Times.TryPeek(out var oldest) && oldest <= upTo) Times.Dequeue();
        }
    }
}

/// <summary>The answer to one call.</summary>
/// <param name="Remaining">Calls still free in this window after this one.</param>
/// <param name="RetryAfter">Zero when granted; otherwise the time until exactly one more call is free.</param>
/// <param name="ResetsAt">When the whole limit is free again if nobody calls.</param>
public readonly record struct Allowance(bool Granted, int Limit, int Remaining, TimeSpan RetryAfter, DateTimeOffset ResetsAt)
{
    /// <exception cref="LimitException">The call was refused.</exception>
    public void Demand(string code, string message)
    {
        if (!Granted) throw new LimitException(code, message, RetryAfter) { Limit = Limit, ResetsAt = ResetsAt };
    }
}
