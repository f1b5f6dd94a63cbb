using Outpost.Aicq.Rooms;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Live;

/// <summary>
/// Hears what all instances publish and holds the newest of it for the streams of this one. A stream has a position in it and nothing else: ten thousand of them
/// share every event, its text, and the one task that they all wait for.
/// </summary>
internal sealed partial class LiveFeed(RedisClient redis, LiveChannel channel, Overview overview, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<LiveFeed> log) : BackgroundService
{
    private const int Held = 4096;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15), BetweenAttempts = TimeSpan.FromMilliseconds(200);

    private readonly LiveEvent[] _events = new LiveEvent[Held];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _end;
    private int _streams;

    /// <summary>Completes at the next event, at the next beat of the heart, and when the host ends.</summary>
    public Task News => Volatile.Read(ref _news).Task;

    /// <summary>Behind the newest event.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>The host is ending: streams end now, so that it does not wait for them, and their callers come back to another instance.</summary>
    public bool Ended => lifetime.ApplicationStopping.IsCancellationRequested;

    public int Streams => Volatile.Read(ref _streams);

    /// <summary>From now on events are held; <see cref="Leave"/> when done.</summary>
    public int Join() => Interlocked.Increment(ref _streams);

    public void Leave() => Interlocked.Decrement(ref _streams);

    /// <summary>The event at a position, which is moved behind it; null when it is not there yet, or was left so far behind that it is gone.</summary>
    public LiveEvent? Next(ref long position)
    {
        if (position >= End) return null;

        var held = Volatile.Read(ref _events[position % Held]);
        // Looked at after the read: the writer may have come around meanwhile.
        if (IsLost(position)) return null;

        position++;
        return held;
    }

    /// <summary>Whether the event at a position is no longer held.</summary>
    public bool IsLost(long position) => End - position >= Held;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var ending = lifetime.ApplicationStopping.Register(Wake);
        await using var beat = clock.CreateTimer(_ => Wake(), null, Beat, Beat);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var subscription = await redis.SubscribeAsync(channel.Name, stoppingToken);
                Add(LiveEvent.Gap);
                await foreach (var published in subscription.WithCancellation(stoppingToken)) Hear(published);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception e) // The outermost loop: what goes wrong here must not end a hub that serves.
            {
                Unheard(log, e);
            }

            await Task.Delay(BetweenAttempts, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Hear(ReadOnlyMemory<byte> published)
    {
        overview.Changed();
        if (Volatile.Read(ref _streams) == 0) return;

        if (RedisSubscription.IsGap(published)) Add(LiveEvent.Gap);
        else if (LiveEvent.OfPublished(published.Span) is { } heard) Add(heard);
    }

    // Called by one at a time.
    private void Add(LiveEvent heard)
    {
        Volatile.Write(ref _events[_end % Held], heard);
        Volatile.Write(ref _end, _end + 1);
        Wake();
    }

    private void Wake() => Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    [LoggerMessage(LogLevel.Warning, "the live channel cannot be heard; it is tried again")]
    private static partial void Unheard(ILogger log, Exception cause);
}
