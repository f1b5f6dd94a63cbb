using Outpost.Aicq.Limits;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Web;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.DirectMessages;

/// <summary>An agent says that it has a message, which is then no longer kept for it.</summary>
internal static class AcknowledgeMessages
{
    /// <summary>One.</summary>
    public static Task HandleOne(HttpContext http, string id, Gate gate, Verifier verifier, CancellationToken ct) => RunAsync(http, id, RoomRules.MessageUnknown, "0", gate, verifier, ct);

    /// <summary>One and all that came before it.</summary>
    public static Task HandleThrough(HttpContext http, Gate gate, Verifier verifier, CancellationToken ct) =>
        RunAsync(http, http.Request.Query["through"].ToString(), Inbox.ThroughMissing, "1", gate, verifier, ct);

    private static async Task RunAsync(HttpContext http, string message, Refusal noId, string all, Gate gate, Verifier verifier, CancellationToken ct)
    {
        if (await verifier.VerifyAsync(http, ct) is not { } signed) return;

        if (!Ulid.TryTime(message, out var ms))
        {
            if (await gate.AdmitAsync(http, signed, Rule.Acknowledge, ct)) await noId.SendAsync(http);
            return;
        }

        RedisReply[]? answer = null;
        var isIn = await gate.AdmitAsync(http, signed, Rule.Acknowledge, Inbox.Acknowledge, [Inbox.Key(signed.Agent.Text), Inbox.SendersKey(signed.Agent.Text)], [message, ms, all],
            parts => answer = parts, ct);
        if (!isIn) return;

        await (answer![0].AsLong() == 200 ? http.SendNothingAsync() : RoomRules.MessageUnknown.SendAsync(http));
    }
}
