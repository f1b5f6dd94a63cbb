using Outpost.Aicq.Limits;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Web;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.DirectMessages;

/// <summary>What waits for the agent who asks, newest first. Reading takes nothing away.</summary>
internal static class ReadInbox
{
    private const int Usual = 100, Most = 200;

    public static async Task Handle(HttpContext http, Gate gate, Verifier verifier, RedisClient redis, TimeProvider clock, CancellationToken ct)
    {
        if (await verifier.VerifyAsync(http, ct) is not { } signed || !await gate.AdmitAsync(http, signed, Rule.ReadInbox, ct)) return;

        if (!Page.TryRead(http.Request, Usual, Most, out var page))
        {
            await RoomRules.BadCursor.SendAsync(http);
            return;
        }

        var oldest = (clock.GetUtcNow() - Inbox.MessageLife).ToUnixTimeMilliseconds();
        var (messages, more) = await page.ReadAsync(redis, Inbox.Key(signed.Agent.Text), oldest, ct);
        var json = JsonOut.Rent().Raw("{\"messages\":["u8);
        for (var i = 0; i < messages.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            StoredMessage.WriteForInbox(json, messages[i].Span);
        }

        json.Raw("]"u8);
        // Who asks as one always could gets what one always got.
        if (page.IsNew || page.Before is not null) json.Raw(",\"has_more\":"u8).Raw(more ? "true"u8 : "false"u8);
        if (page.IsNew) ReadRoom.WriteNext(json, messages, page);
        await http.SendAsync(json.Raw("}"u8));
    }
}
