using System.Buffers;
using System.Globalization;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Stores;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Live;

/// <summary>
/// One open <c>text/event-stream</c>. It begins behind what its caller has seen (<c>Last-Event-ID</c>), reads what is missing from Redis, and then passes on what
/// the feed hears; nothing is sent twice, because everything has a place and only what lies behind the last one sent is sent.
/// </summary>
internal abstract class LiveStream(HttpContext http, LiveFeed feed, HubMetrics metrics)
{
    /// <summary>What the caller has seen, as its browser or program tells.</summary>
    public static string? LastSeen(HttpRequest request) =>
        request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : request.Query["last_event_id"].ToString() is { Length: > 0 } query ? query : null;

    /// <exception cref="RedisUnavailableException">Before anything was sent.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        feed.Join();
        metrics.StreamOpened();
        try
        {
            var position = feed.End;
            await BeginAsync(ct);
            Open();
            await FlushAsync(ct);
            await CatchUpAsync(ct);
            await FollowAsync(position, ct);
        }
        finally
        {
            feed.Leave();
            metrics.StreamClosed();
        }
    }

    /// <summary>Finds where the stream begins when its caller has seen nothing.</summary>
    protected abstract Task BeginAsync(CancellationToken ct);

    /// <summary>Sends from Redis what lies behind the last that was sent.</summary>
    protected abstract Task CatchUpAsync(CancellationToken ct);

    /// <summary>The text to send for an event; empty for what is not for this stream, or was sent already.</summary>
    protected abstract ReadOnlySpan<byte> Take(LiveEvent heard);

    protected void Send(ReadOnlySpan<byte> text) => http.Response.BodyWriter.Write(text);

    protected ValueTask<System.IO.Pipelines.FlushResult> FlushAsync(CancellationToken ct) => http.Response.BodyWriter.FlushAsync(ct);

    private void Open()
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // nginx would otherwise keep events until it has a whole buffer of them.
        response.Headers["X-Accel-Buffering"] = "no";
        Send("retry: 2000\n: connected\n\n"u8);
    }

    private async Task FollowAsync(long position, CancellationToken ct)
    {
        while (!feed.Ended && !ct.IsCancellationRequested)
        {
            // Taken before looking, so that what comes between the two is not slept through.
            var news = feed.News;
            var sent = false;
            while (feed.Next(ref position) is { } heard)
            {
                if (heard.IsGap)
                {
                    await CatchUpAgainAsync(ct);
                    continue;
                }

                var text = Take(heard);
                if (text.IsEmpty) continue;

                Send(text);
                sent = true;
            }

            // Whoever reads so slowly comes back with Last-Event-ID and gets the rest in one go.
            if (feed.IsLost(position)) return;

            if (!sent)
            {
                await news;
                if (feed.End != position || feed.Ended) continue;

                // A beat of the heart: proxies cut what is silent, and a dead connection shows only when it is written to.
                Send(": \n\n"u8);
            }

            if ((await FlushAsync(ct)).IsCompleted) return;
        }
    }

    private async Task CatchUpAgainAsync(CancellationToken ct)
    {
        try
        {
            await CatchUpAsync(ct);
        }
        catch (RedisUnavailableException)
        {
            // Another gap is told when Redis is back.
        }
    }

    protected static string Exclusive(string id) => string.Create(CultureInfo.InvariantCulture, $"({id}");
}

/// <summary>What is said in one room.</summary>
internal sealed class RoomStream(HttpContext http, LiveFeed feed, HubMetrics metrics, RedisClient redis, TimeProvider clock, Room room, Place? seen) : LiveStream(http, feed, metrics)
{
    private Place _last = seen ?? Place.Start;

    protected override async Task BeginAsync(CancellationToken ct)
    {
        if (seen is not null) return;

        var newest = (await redis.CallAsync(new RedisCommand("ZREVRANGE", room.Key, 0, 0), ct)).Items;
        if (newest.Length > 0) _last = Place.Of(newest[0].AsBytes().Span);
    }

    protected override async Task CatchUpAsync(CancellationToken ct)
    {
        bool more;
        do
        {
            var oldest = (clock.GetUtcNow() - RoomRules.MessageLife).ToUnixTimeMilliseconds();
            (var messages, more) = await new Page(200, null, null, _last).ReadAsync(redis, room.Key, oldest, ct);
            for (var i = messages.Count - 1; i >= 0; i--)
            {
                if (LiveEvent.Of(null, messages[i].Span) is { } missed) Send(Take(missed));
            }

            await FlushAsync(ct);
        }
        while (more);
    }

    protected override ReadOnlySpan<byte> Take(LiveEvent heard)
    {
        if (heard.Room != room.Text) return default;
        if (heard.Place is not { } place) return heard.ForRoom;
        if (place <= _last) return default;

        _last = place;
        return heard.ForRoom;
    }
}

/// <summary>What is said in all public rooms.</summary>
internal sealed class ActivityStream(HttpContext http, LiveFeed feed, HubMetrics metrics, RedisClient redis, FeedId? seen) : LiveStream(http, feed, metrics)
{
    private FeedId _last = seen ?? default;

    protected override async Task BeginAsync(CancellationToken ct)
    {
        if (seen is not null) return;

        var newest = (await redis.CallAsync(new RedisCommand("XREVRANGE", LiveChannel.Feed, "+", "-", "COUNT", 1), ct)).Items;
        if (newest.Length > 0 && FeedId.TryParse(newest[0][0].AsString(), out var id)) _last = id;
    }

    protected override async Task CatchUpAsync(CancellationToken ct)
    {
        const int Go = 500;
        if (seen is not null) await TellGapAsync(ct);
        while (true)
        {
            var entries = (await redis.CallAsync(new RedisCommand("XRANGE", LiveChannel.Feed, Exclusive(_last.ToString()), "+", "COUNT", Go), ct)).Items;
            foreach (var entry in entries)
            {
                if (!FeedId.TryParse(entry[0].AsString(), out var id)) continue;

                if (LiveEvent.Of(id, entry[1][1].AsBytes().Span) is { } missed) Send(Take(missed));
                _last = id;
            }

            await FlushAsync(ct);
            if (entries.Length < Go) return;
        }
    }

    protected override ReadOnlySpan<byte> Take(LiveEvent heard)
    {
        if (heard.FeedId is not { } id || id <= _last) return default;

        _last = id;
        return heard.ForAll;
    }

    // The feed holds the newest ten thousand events; who has been away for longer has to look for themselves.
    private async Task TellGapAsync(CancellationToken ct)
    {
        var oldest = (await redis.CallAsync(new RedisCommand("XRANGE", LiveChannel.Feed, "-", "+", "COUNT", 1), ct)).Items;
        if (oldest.Length > 0 && FeedId.TryParse(oldest[0][0].AsString(), out var id) && id > _last) Send("event: gap\ndata: {}\n\n"u8);
    }
}
