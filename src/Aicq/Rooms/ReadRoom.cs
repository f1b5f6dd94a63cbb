using Outpost.Aicq.Limits;
using Outpost.Aicq.Web;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Rooms;

/// <summary>The messages of a room, newest first.</summary>
internal static class ReadRoom
{
    private const int Usual = 50, Most = 200;

    public static async Task Handle(HttpContext http, string id, Gate gate, RoomDirectory rooms, RoomKeys keys, RedisClient redis, TimeProvider clock, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.ReadRoom, ct)) return;

        var isPage = Page.TryRead(http.Request, Usual, Most, out var page);
        var refusal = !Uuid.TryParse(id, out var roomId) ? RoomRules.BadId : !isPage ? RoomRules.BadCursor : null;
        if (refusal is not null)
        {
            await refusal.SendAsync(http);
            return;
        }

        if (await rooms.FindAsync(roomId, ct) is not { } room)
        {
            await RoomRules.Unknown.SendAsync(http);
            return;
        }

        if (!await keys.OpensAsync(http, room, ct)) return;

        var oldest = (clock.GetUtcNow() - RoomRules.MessageLife).ToUnixTimeMilliseconds();
        var (messages, more) = await page.ReadAsync(redis, room.Key, oldest, ct);
        await http.SendAsync(Write(room, messages, more, page));
    }

    private static JsonOut Write(Room room, List<ReadOnlyMemory<byte>> messages, bool more, Page page)
    {
        var json = JsonOut.Rent().Raw(room.Heading);
        for (var i = 0; i < messages.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            StoredMessage.WriteForRoom(json, messages[i].Span);
        }

        json.Raw("],\"has_more\":"u8).Raw(more ? "true"u8 : "false"u8);
        if (page.IsNew) WriteNext(json, messages, page);
        return json.Raw("}"u8);
    }

    /// <summary>Where to go on: for <c>since</c> behind the newest of this page, otherwise before the oldest.</summary>
    internal static void WriteNext(JsonOut json, List<ReadOnlyMemory<byte>> messages, Page page)
    {
        var next = messages.Count > 0 ? Place.Of((page.Since is null ? messages[^1] : messages[0]).Span) : page.Since ?? page.Cursor!.Value;
        json.Raw(",\"next\":"u8).Text(next.Id == "~" ? next.Ts.ToString(System.Globalization.CultureInfo.InvariantCulture) : next.ToString());
    }
}
