using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>One message to one receiver, with everything that came of it.</summary>
internal static class GetDelivery
{
    public sealed record Response(WebhookDelivery Delivery, IReadOnlyList<WebhookAttempt> Attempts);

    public static async Task<Ok<One<Response>>> Handle(DeliveryId id, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var (delivery, attempts) = await db.ReadAsync(
            [
                $"select {DeliverySql.Columns} from webhook_deliveries d where d.account_id = {user.Account} and d.id = {id}",
                $"""
                select id, attempted_at, took_ms, response_status, response_body, error from webhook_attempts
                where account_id = {user.Account} and delivery_id = {id}
                order by attempted_at desc, id desc
                limit 100
                """,
            ],
            async (sets, token) => (await sets.FirstAsync<WebhookDelivery>(token), await sets.ListAsync<WebhookAttempt>(token)), ct);
        return Answers.Ok(new Response(delivery ?? throw Missing.Of("delivery"), attempts));
    }

    public static Task<WebhookDelivery?> FindAsync(Db db, AccountId account, DeliveryId id, CancellationToken ct) =>
        db.FirstAsync<WebhookDelivery>($"select {DeliverySql.Columns} from webhook_deliveries d where d.account_id = {account} and d.id = {id}", ct);
}
