using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>The receiver has lost something, or was out of order: it is told again, under the same ids, so that it can leave out what it knows.</summary>
internal static class Redeliver
{
    /// <param name="Since">From when on, by the time it happened; what was told up to a month ago can be told again.</param>
    /// <param name="OnlyFailed">Leave out what has arrived.</param>
    public sealed record Request([property: Required] DateTimeOffset? Since, bool? OnlyFailed);

    public sealed record Response(int Queued);

    /// <summary>What the audit log keeps of it.</summary>
    internal sealed record Redelivered(int Count, DateTimeOffset? Since);

    public static async Task<Accepted<One<WebhookDelivery>>> One(DeliveryId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var delivery = await GetDelivery.FindAsync(db, user.Account, id, ct) ?? throw Missing.Of("delivery");
        var hook = await WebhookSql.FindForUpdate(db, user.Account, new(delivery.WebhookId), ct) ?? throw Missing.Of("delivery");
        if (!hook.Enabled) throw WebhookRules.IsOff();

        await DeliverySql.SendAgain(db, user.Account, id, ct);
        await AuditLog.Updated(db, user, "webhook", hook.Id, new { }, new Redelivered(1, null), ct);
        var again = await GetDelivery.FindAsync(db, user.Account, id, ct);
        await db.CommitAsync(ct);

        return TypedResults.Accepted($"/api/v1/webhook-deliveries/{id.Value}", new One<WebhookDelivery>(again!));
    }

    public static async Task<Accepted<One<Response>>> Since(WebhookId id, Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var hook = await WebhookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("webhook");
        if (!hook.Enabled) throw WebhookRules.IsOff();

        var count = await DeliverySql.SendAgainSince(db, user.Account, id, request.Since!.Value, request.OnlyFailed == true, ct);
        await AuditLog.Updated(db, user, "webhook", id, new { }, new Redelivered(count, request.Since), ct);
        await db.CommitAsync(ct);

        return TypedResults.Accepted($"/api/v1/webhooks/{id.Value}/deliveries", new One<Response>(new(count)));
    }
}
