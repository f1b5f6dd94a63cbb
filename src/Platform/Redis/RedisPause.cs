namespace Outpost.Platform.Redis;

/// <summary>The pauses between attempts to connect: 50 ms at first, twice as long each time, never longer than the options say, each varied by a fifth.</summary>
internal sealed class RedisPause(RedisOptions options, TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);

    /// <summary>Attempts that failed in a row.</summary>
    public int Failures { get; private set; }

    public void Succeeded() => Failures = 0;

    /// <summary>Ends early, without an exception, when the token says so.</summary>
    public async Task WaitAsync(CancellationToken ct)
    {
        var pause = First * Math.Pow(2, Math.Min(Failures, 16));
        if (pause > options.LongestPause) pause = options.LongestPause;
        Failures++;
        // All clients of a server that comes back would otherwise come at the same moment.
        await Task.Delay(pause * (0.8 + (0.4 * Random.Shared.NextDouble())), clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
