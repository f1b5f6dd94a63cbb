using Outpost.Aicq.Agents;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.DirectMessages;

/// <summary>An agent leaves a sealed message for another. The hub cannot read it and does not try.</summary>
internal sealed class SendDirectMessage(Gate gate, Verifier verifier, AgentDirectory agents, HubMetrics metrics, Settings settings, TimeProvider clock)
{
    private readonly int _most = HubSettings.InboxMessages(settings);
    private readonly int _mostOfOne = HubSettings.InboxMessagesOfOne(settings);

    public static Task Handle(HttpContext http, string id, SendDirectMessage use, CancellationToken ct) => use.RunAsync(http, id, ct);

    private async Task RunAsync(HttpContext http, string id, CancellationToken ct)
    {
        if (await verifier.VerifyAsync(http, ct) is not { } signed) return;

        var isId = Uuid.TryParse(id, out var recipientId);
        var recipient = isId ? await agents.FindAsync(recipientId, ct) : null;
        var message = JsonIn.Parse(signed.Body, ["body"]);
        var refusal = recipient is null ? (isId ? Inbox.Unknown : Inbox.BadId)
            : message is null ? RoomRules.NotJson
            : message.Utf8("body").IsEmpty ? RoomRules.BodyMissing
            : message.Utf8("body").Length > Inbox.LongestBody ? Inbox.BodyTooLong
            : null;
        if (refusal is not null)
        {
            if (await gate.AdmitAsync(http, signed, Rule.SendDirectMessage, ct)) await refusal.SendAsync(http);
            return;
        }

        RedisReply[]? answer = null;
        var isIn = await gate.AdmitAsync(http, signed, Rule.SendDirectMessage, Inbox.Send, [Inbox.Key(recipient!.Text), Inbox.SendersKey(recipient.Text)],
            [recipient.Text, signed.Agent.Text, JsonOut.Rent().Text(message!.Utf8("body")).Take(), Ulid.Time(clock.GetUtcNow().ToUnixTimeMilliseconds()), Ulid.Random(), _mostOfOne, _most],
            parts => answer = parts, ct);
        if (!isIn) return;

        switch (answer![0].AsLong())
        {
            case 200:
                metrics.DirectMessageSent();
                await http.SendAsync(
                    JsonOut.Rent().Raw("{\"id\":\""u8).Raw(answer[4].AsBytes().Span).Raw("\",\"ts\":"u8).Number(answer[5].AsLong()).Raw("}"u8), StatusCodes.Status201Created);
                break;
            // Nobody knows when the recipient will look; an hour is a fair time to ask again.
            case 4291: await Inbox.TooManyOfYours.SendAsync(http, TimeSpan.FromHours(1)); break;
            default: await Inbox.Full.SendAsync(http, TimeSpan.FromHours(1)); break;
        }
    }
}
