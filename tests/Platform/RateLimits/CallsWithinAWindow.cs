using FsCheck;
using FsCheck.Fluent;
using Outpost.Kernel;
using Outpost.Platform.RateLimits;
using Outpost.Testing;

namespace Outpost.Platform.Tests.RateLimits;

public sealed class CallsWithinAWindow
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(900);

    [Fact]
    public void The_sixth_of_five_is_refused_until_the_first_is_a_window_old()
    {
        var clock = new Clock(DateTimeOffset.UnixEpoch);
        var logins = new SlidingWindow(clock, 5, Window);
        for (var i = 4; i >= 0; i--)
        {
            Assert.Equal(i, logins.Take("login:198.51.100.7").Remaining);
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        var refused = logins.Take("login:198.51.100.7");

        Assert.False(refused.Granted);
        Assert.Equal(TimeSpan.FromSeconds(850), refused.RetryAfter);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(940), refused.ResetsAt);
        clock.Advance(refused.RetryAfter - TimeSpan.FromTicks(1));
        Assert.False(logins.Take("login:198.51.100.7").Granted);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(logins.Take("login:198.51.100.7").Granted);
    }

    [Fact]
    public void No_stretch_of_a_windows_length_ever_holds_more_than_the_limit_and_none_is_refused_without_need() =>
        Prop.ForAll<PositiveInt, byte[]>((limit, pauses) =>
        {
            var clock = new Clock(DateTimeOffset.UnixEpoch);
            var calls = new SlidingWindow(clock, limit.Get, TimeSpan.FromSeconds(100));
            var granted = new List<DateTimeOffset>();
            return pauses.All(pause =>
            {
                clock.Advance(TimeSpan.FromSeconds(pause));
                var now = clock.GetUtcNow();
                var inWindow = granted.Count(at => at > now.AddSeconds(-100));
                var answer = calls.Take("key");
                if (answer.Granted) granted.Add(now);
                return answer.Granted == inWindow < limit.Get && answer.Remaining == limit.Get - inWindow - (answer.Granted ? 1 : 0);
            });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_key_has_its_own_calls()
    {
        var calls = new SlidingWindow(new Clock(DateTimeOffset.UnixEpoch), 1, Window);

        Assert.True(calls.Take("a").Granted);
        Assert.True(calls.Take("b").Granted);
        Assert.False(calls.Take("a").Granted);
    }

    [Fact]
    public void A_flood_of_keys_forgets_those_unused_for_longest_and_no_more()
    {
        var calls = new SlidingWindow(new Clock(DateTimeOffset.UnixEpoch), 1, Window, keys: 100);
        for (var i = 0; i < 1_000; i++)
        {
            calls.Take($"key {i}");
            calls.Take("regular");
        }

        Assert.Equal(100, calls.Count);
        Assert.False(calls.Take("regular").Granted);
        Assert.False(calls.Take("key 999").Granted);
        Assert.True(calls.Take("key 1").Granted);
    }

    [Fact]
    public void An_operator_lets_somebody_in_again()
    {
        var calls = new SlidingWindow(new Clock(DateTimeOffset.UnixEpoch), 1, Window);
        calls.Take("a");

        Assert.True(calls.Clear("a"));

        Assert.False(calls.Clear("a"));
        Assert.True(calls.Take("a").Granted);
    }

    [Fact]
    public void Refused_calls_become_the_published_limit()
    {
        var calls = new SlidingWindow(new Clock(DateTimeOffset.UnixEpoch), 1, Window);
        calls.Take("a").Demand("RATE_LIMITED", "Wait.");

        var limit = Assert.Throws<LimitException>(() => calls.Take("a").Demand("RATE_LIMITED", "Wait."));

        Assert.Equal((Window, 1, DateTimeOffset.UnixEpoch + Window), (limit.RetryAfter, limit.Limit!.Value, limit.ResetsAt!.Value));
    }

    [Fact]
    public void Sixteen_threads_at_once_are_granted_exactly_the_limit()
    {
        var calls = new SlidingWindow(new Clock(DateTimeOffset.UnixEpoch), 100, Window);
        var granted = 0;

        Parallel.For(0, 16, _ =>
        {
            for (var i = 0; i < 50; i++)
                if (calls.Take("a").Granted) Interlocked.Increment(ref granted);
        });

        Assert.Equal(100, granted);
    }
}
