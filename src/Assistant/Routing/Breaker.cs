namespace Outpost.Assistant.Routing;

internal enum BreakerState { Closed = 0, HalfOpen = 1, Open = 2 }

/// <summary>
/// Keeps from asking a model that fails again and again. Five failures in a row within a minute open it; after half a minute one request may try, and what becomes
/// of that decides. Refusals that concern the request or our account say nothing about the model's health and do not count.
/// </summary>
internal sealed class Breaker(TimeProvider clock)
{
    private const int Failures = 5;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private int _failures;
    private long _firstFailure;
    private long _openedAt;
    private bool _open;
    private bool _probing;

    public BreakerState State
    {
        get
        {
            lock (_gate) return !_open ? BreakerState.Closed : clock.GetElapsedTime(_openedAt) >= OpenFor ? BreakerState.HalfOpen : BreakerState.Open;
        }
    }

    /// <summary>Whether to ask now. Whoever is told yes has to say how it went, with one of the three below.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (!_open) return true;
            if (_probing || clock.GetElapsedTime(_openedAt) < OpenFor) return false;

            _probing = true;
            return true;
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            _open = _probing = false;
            _failures = 0;
        }
    }

    /// <returns>True when this failure opened it.</returns>
    public bool Failed()
    {
        lock (_gate)
        {
            if (_open)
            {
                // A request that began before it opened says nothing new; only the one that was let in does.
                if (!_probing) return false;

                _probing = false;
                _openedAt = clock.GetTimestamp();
                return true;
            }

            if (_failures == 0 || clock.GetElapsedTime(_firstFailure) > Window)
            {
                _failures = 0;
                _firstFailure = clock.GetTimestamp();
            }

            if (++_failures < Failures) return false;

            _open = true;
            _openedAt = clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>The request ended without saying anything about the model.</summary>
    public void Abstained()
    {
        lock (_gate) _probing = false;
    }
}
