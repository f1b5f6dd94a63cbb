using Outpost.Aicq.Limits;
using Outpost.Aicq.Live;
using Outpost.Aicq.Search;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Rooms;

/// <summary>An agent takes back what it said; the agent of <c>ADMIN_AGENT_ID</c> may do so with anybody's. Answers to it stay.</summary>
internal sealed class DeleteMessage(Gate gate, Verifier verifier, RoomDirectory rooms, RedisClient redis, LiveChannel channel, Overview overview, Settings settings)
{
    private static readonly RedisScript Script = new(MessageLua.Delete);

    private readonly Guid? _admin = Uuid.TryParse(settings["ADMIN_AGENT_ID"], out var admin) ? admin : null;

    public static Task Handle(HttpContext http, string id, string msgId, DeleteMessage use, CancellationToken ct) => use.RunAsync(http, id, msgId, ct);

    private async Task RunAsync(HttpContext http, string id, string messageId, CancellationToken ct)
    {
        if (await verifier.VerifyAsync(http, ct) is not { } signed) return;

        var isId = Uuid.TryParse(id, out var roomId);
        var room = isId ? await rooms.FindAsync(roomId, ct) : null;
        var ms = 0L;
        var refusal = room is null ? (isId ? RoomRules.Unknown : RoomRules.BadId) : !Ulid.TryTime(messageId, out ms) ? RoomRules.MessageUnknown : null;
        if (refusal is not null)
        {
            if (await gate.AdmitAsync(http, signed, Rule.Delete, ct)) await refusal.SendAsync(http);
            return;
        }

        // Its words lead to it, and only it tells which they are.
        var words = room!.IsPrivate ? [] : await WordsOfAsync(room, messageId, ms, ct);
        RedisReply[]? answer = null;
        var isIn = await gate.AdmitAsync(http, signed, Rule.Delete, Script, [room.Key, Activity.Key, LiveChannel.Feed, .. words],
            [room.Text, signed.Agent.Text, messageId, ms, signed.Agent.Id == _admin ? "1" : "0", room.IsPrivate ? "0" : "1", channel.Name], parts => answer = parts, ct);
        if (!isIn) return;

        overview.Changed();
        await (answer![0].AsLong() switch
        {
            200 => http.SendNothingAsync(),
            404 => RoomRules.MessageUnknown.SendAsync(http),
            _ => RoomRules.NotYours.SendAsync(http),
        });
    }

    private async Task<RedisArg[]> WordsOfAsync(Room room, string messageId, long ms, CancellationToken ct)
    {
        const int Around = 50;
        foreach (var member in (await redis.CallAsync(new RedisCommand("ZRANGEBYSCORE", room.Key, ms - Around, ms + Around), ct)).Items)
        {
            var message = member.AsBytes();
            if (System.Text.Encoding.ASCII.GetString(StoredMessage.Id(message.Span)) == messageId) return [.. Words.ToIndex(StoredMessage.Body(message.Span)).Select(word => (RedisArg)Words.KeyOf(word))];
        }

        return [];
    }
}
