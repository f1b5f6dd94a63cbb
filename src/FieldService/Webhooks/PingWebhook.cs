using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>Somebody wants to see whether the receiver hears. The message goes the way of every other, and its delivery tells what came of it.</summary>
internal static class PingWebhook
{
    /// <summary>What the audit log keeps of a test.</summary>
    internal sealed record Pinged(DeliveryId Delivery);

    public static async Task<Accepted<One<WebhookDelivery>>> Handle(WebhookId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var hook = await WebhookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("webhook");
        if (!hook.Enabled) throw WebhookRules.IsOff();

        var delivery = DeliveryId.New();
        await DeliverySql.AddPing(db, user.Account, id, delivery, ct);
        await AuditLog.Updated(db, user, "webhook", id, new { }, new Pinged(delivery), ct);
        var added = await GetDelivery.FindAsync(db, user.Account, delivery, ct);
        await db.CommitAsync(ct);

        return TypedResults.Accepted($"/api/v1/webhook-deliveries/{delivery.Value}", new One<WebhookDelivery>(added!));
    }
}
