using System.Collections.Concurrent;

namespace Outpost.Assistant.Tests.Routing;

/// <summary>The real clock, moved on by hand; waits of a few seconds are over at once, and are written down.</summary>
internal sealed class SteppingClock : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    private long _ahead;

    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref _ahead) * TimestampFrequency / TimeSpan.TicksPerSecond);

    public void Step(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime <= Short)
        {
            Waits.Enqueue(dueTime);
            dueTime = TimeSpan.FromTicks(dueTime.Ticks / 1000);
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
