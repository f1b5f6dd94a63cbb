namespace Outpost.Assistant.Tests.Budgets;

/// <summary>A clock whose time of day and whose passing time both stand until they are moved, each by itself; timers run as they always do.</summary>
internal sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    private long _now = now.UtcTicks;
    private long _passed = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _passed);

    /// <summary>Moves the time of day, as somebody who sets it does.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

    /// <summary>Lets time pass for whoever measures how long something takes.</summary>
    public void Pass(TimeSpan by) => Interlocked.Add(ref _passed, by.Ticks);
}
