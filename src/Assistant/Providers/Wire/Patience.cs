namespace Outpost.Assistant.Providers.Wire;

/// <summary>How long a provider may keep us waiting.</summary>
internal sealed record WireTimeouts
{
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Until the answer begins, where it is streamed. One that is not has all the time that the caller gives.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two pieces of a stream.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>The caller's cancellation, and beside it a limit that is set anew for each wait.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _link;

    public Patience(TimeProvider clock, CancellationToken caller)
    {
        _caller = caller;
        _source = new(Timeout.InfiniteTimeSpan, clock);
        _link = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The wait was cut short by the limit and not by the caller.</summary>
    public bool IsOver => !_caller.IsCancellationRequested && _source.IsCancellationRequested;

    public void Allow(TimeSpan wait)
    {
        if (!_source.IsCancellationRequested) _source.CancelAfter(wait);
    }

    public void Dispose()
    {
        _link.Dispose();
        _source.Dispose();
    }
}
