using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>One webhook of the company.</summary>
internal static class GetWebhook
{
    public static async Task<Ok<One<Webhook>>> Handle(WebhookId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.ReadAsync(
            [$"select {WebhookSql.Columns} from webhooks w where w.account_id = {user.Account} and w.id = {id}"],
            (sets, token) => sets.FirstAsync(WebhookSql.Read, token), ct) ?? throw Missing.Of("webhook"));
}
