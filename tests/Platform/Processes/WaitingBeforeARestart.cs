using Outpost.Platform.Processes;

namespace Outpost.Platform.Tests.Processes;

public sealed class WaitingBeforeARestart
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void It_doubles_from_a_tenth_of_a_second_to_half_a_minute()
    {
        var waits = new List<double>();
        var backoff = new Backoff();
        for (var i = 0; i < 11; i++)
        {
            (var wait, backoff) = backoff.After(AtOnce);
            waits.Add(wait.TotalSeconds);
        }

        Assert.Equal([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30], waits);
    }

    [Fact]
    public void What_fails_for_days_still_waits_half_a_minute() => Assert.Equal(Backoff.Longest, new Backoff(1_000_000).After(AtOnce).Wait);

    [Fact]
    public void A_minute_of_running_forgives_what_was_before()
    {
        var (wait, next) = new Backoff(9).After(Backoff.Stable);

        Assert.Equal(Backoff.Shortest, wait);
        Assert.Equal(1, next.Restarts);
    }
}
