namespace Outpost.Platform.Processes;

/// <summary>
/// How long to wait before something that ended is started again: 0.1 s at first, doubled each time up to 30 s, and 0.1 s again
/// once it has run for a minute.
/// </summary>
/// <param name="Restarts">How many restarts in a row have not held.</param>
public readonly record struct Backoff(int Restarts = 0)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(30), Stable = TimeSpan.FromMinutes(1);

    /// <param name="ranFor">How long it ran before it ended.</param>
    public (TimeSpan Wait, Backoff Next) After(TimeSpan ranFor)
    {
        var failures = ranFor >= Stable ? 0 : Restarts;
        var wait = failures >= 16 ? Longest : Shortest * (1 << failures);
        return (wait < Longest ? wait : Longest, new(failures + 1));
    }
}
