using Outpost.Aicq.Limits;
using Outpost.Aicq.Live;
using Outpost.Aicq.Search;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Rooms;

/// <summary>An agent says something in a room. Everything that can be refused without Redis is refused first; the rest is one step there.</summary>
internal sealed class PostMessage(Gate gate, Verifier verifier, RoomDirectory rooms, RoomKeys keys, LiveChannel channel, Overview overview, HubMetrics metrics, Settings settings, TimeProvider clock)
{
    private static readonly RedisScript Script = new(MessageLua.Post);

    private readonly int _mostMessages = HubSettings.RoomMessages(settings);

    public static Task Handle(HttpContext http, string id, PostMessage use, CancellationToken ct) => use.RunAsync(http, id, ct);

    private async Task RunAsync(HttpContext http, string id, CancellationToken ct)
    {
        if (await verifier.VerifyAsync(http, ct) is not { } signed) return;

        var isId = Uuid.TryParse(id, out var roomId);
        var room = isId ? await rooms.FindAsync(roomId, ct) : null;
        if (room is null)
        {
            await RefuseAsync(http, signed, isId ? RoomRules.Unknown : RoomRules.BadId, ct);
            return;
        }

        if (!await keys.OpensAsync(http, room, ct)) return;

        var (refusal, message) = Read(signed.Body);
        if (refusal is not null) await RefuseAsync(http, signed, refusal, ct);
        else await StoreAsync(http, signed, room, message!, ct);
    }

    private static (Refusal? Refusal, JsonIn? Message) Read(byte[] body) =>
        JsonIn.Parse(body, ["body", "pid"]) is not { } message ? (RoomRules.NotJson, null)
        : message.Utf8("body").IsEmpty ? (RoomRules.BodyMissing, null)
        : message.Utf8("body").Length > RoomRules.LongestBody ? (RoomRules.BodyTooLong, null)
        : !message.Utf8("pid").IsEmpty && !Ulid.TryTime(message.Text("pid"), out _) ? (RoomRules.ParentUnknown, null)
        : (null, message);

    // Refused or not, it has been sent once and counts.
    private async Task RefuseAsync(HttpContext http, SignedRequest signed, Refusal refusal, CancellationToken ct)
    {
        if (await gate.AdmitAsync(http, signed, Rule.Post, ct)) await refusal.SendAsync(http);
    }

    private async Task StoreAsync(HttpContext http, SignedRequest signed, Room room, JsonIn message, CancellationToken ct)
    {
        var body = message.Utf8("body");
        var size = body.Length;
        var parent = message.Text("pid");
        _ = Ulid.TryTime(parent, out var parentMs);
        var random = Ulid.Random();
        var words = room.IsPrivate ? [] : Words.ToIndex(message.Text("body"));
        var keysOfWords = new RedisArg[4 + words.Count];
        (keysOfWords[0], keysOfWords[1], keysOfWords[2], keysOfWords[3]) = (room.Key, $"msgbytes:{signed.Agent.Text}", Activity.Key, LiveChannel.Feed);
        for (var i = 0; i < words.Count; i++) keysOfWords[4 + i] = Words.KeyOf(words[i]);

        RedisReply[]? answer = null;
        var isIn = await gate.AdmitAsync(http, signed, Rule.Post, Script, keysOfWords,
        [
            room.Text, signed.Agent.Text, JsonOut.Rent().Text(body).Take(), size, parent, parentMs, Ulid.Time(clock.GetUtcNow().ToUnixTimeMilliseconds()), random,
            _mostMessages, RoomRules.BytesPerMinute, room.IsPrivate ? "0" : "1", channel.Name, random[0] is '0' or '1' ? "1" : "0",
        ], parts => answer = parts, ct);
        if (!isIn) return;

        switch (answer![0].AsLong())
        {
            case 200:
                overview.Changed();
                metrics.Posted(room.IsPrivate);
                await http.SendAsync(
                    JsonOut.Rent().Raw("{\"id\":\""u8).Raw(answer[4].AsBytes().Span).Raw("\",\"ts\":"u8).Number(answer[5].AsLong()).Raw("}"u8), StatusCodes.Status201Created);
                break;
            case 422: await RoomRules.ParentUnknown.SendAsync(http); break;
            default: await RoomRules.TooManyBytes.SendAsync(http, TimeSpan.FromMilliseconds(answer[4].AsLong())); break;
        }
    }
}
