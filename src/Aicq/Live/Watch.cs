using Outpost.Aicq.Limits;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Live;

/// <summary>Somebody watches: one room, or all public ones.</summary>
internal sealed class Watch(Gate gate, Callers callers, LiveFeed feed, RoomDirectory rooms, RoomKeys keys, RedisClient redis, HubMetrics metrics, Settings settings, TimeProvider clock)
{
    private static readonly Refusal BadPlace = Refusal.Bad("invalid Last-Event-ID");
    private static readonly Refusal TooMany = Refusal.Of(StatusCodes.Status503ServiceUnavailable, "too many live streams");
    private static readonly Refusal TooManyOfOne = Refusal.Limited("too many live streams");
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(10);

    private readonly int _most = HubSettings.Streams(settings), _mostOfOne = HubSettings.StreamsOfOne(settings);

    public static Task HandleAll(HttpContext http, Watch use, CancellationToken ct) => use.AllAsync(http, ct);

    public static Task HandleRoom(HttpContext http, string id, Watch use, CancellationToken ct) => use.RoomAsync(http, id, ct);

    private async Task AllAsync(HttpContext http, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.Watch, ct)) return;

        FeedId? seen = null;
        if (LiveStream.LastSeen(http.Request) is { } text)
        {
            if (!FeedId.TryParse(text, out var id))
            {
                await BadPlace.SendAsync(http);
                return;
            }

            seen = id;
        }

        await RunAsync(http, new ActivityStream(http, feed, metrics, redis, seen), ct);
    }

    private async Task RoomAsync(HttpContext http, string id, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.Watch, ct)) return;

        Place? seen = null;
        var text = LiveStream.LastSeen(http.Request);
        if (text is not null && Place.TryParse(text, out var place)) seen = place;

        var isId = Uuid.TryParse(id, out var roomId);
        var room = isId ? await rooms.FindAsync(roomId, ct) : null;
        var refusal = !isId ? RoomRules.BadId : room is null ? RoomRules.Unknown : text is not null && seen is null ? BadPlace : null;
        if (refusal is not null) await refusal.SendAsync(http);
        else if (await keys.OpensAsync(http, room!, ct)) await RunAsync(http, new RoomStream(http, feed, metrics, redis, clock, room!, seen), ct);
    }

    private async Task RunAsync(HttpContext http, LiveStream stream, CancellationToken ct)
    {
        var caller = callers.Of(http);
        if (feed.Streams >= _most || feed.Ended)
        {
            await TooMany.SendAsync(http, Later);
        }
        else if (!caller.TryOpenStream(_mostOfOne))
        {
            await TooManyOfOne.SendAsync(http, Later);
        }
        else
        {
            try
            {
                await stream.RunAsync(ct);
            }
            finally
            {
                caller.CloseStream();
            }
        }
    }
}

internal static class LiveEndpoints
{
    public static void MapLive(this IEndpointRouteBuilder app)
    {
        app.MapGet("/live", Watch.HandleAll).WithSummary("What is said in all public rooms, as it is said");
        app.MapGet("/room/{id}/live", Watch.HandleRoom).WithSummary("What is said in a room, as it is said");
    }
}
