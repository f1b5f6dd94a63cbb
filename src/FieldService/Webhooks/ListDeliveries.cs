using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>What a webhook was told or is going to be, for a month.</summary>
internal static class ListDeliveries
{
    private static readonly Sorting Sorting = new("created_at", descending: true, ("created_at", $"d.place", $"d.place desc"));

    public sealed record Filter
    {
        public string? Status { get; init; }

        public string? Event { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public static async Task<Ok<Page<WebhookDelivery>>> Handle(WebhookId id, [AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var status = ListParameters.Word<DeliveryStatus>(filter.Status, "status");
        var order = Sorting.By(filter.Sort, filter.Order);
        if (filter.Event is { Length: > 0 } name && !WebhookEvents.IsKnown(name)) throw ListParameters.NoneOf("event", WebhookEvents.All);
        if (!await db.ValueAsync<bool>($"select exists (select from webhooks where account_id = {user.Account} and id = {id})", ct)) throw Missing.Of("webhook");

        Sql asked = $"""
            d.account_id = {user.Account} and d.webhook_id = {id}
            {Sql.If(status is not null, $"and d.status = {status}")}
            {Sql.If(filter.Event is not (null or ""), $"and d.event = {filter.Event}")}
            """;
        return Answers.Page(paging, await db.PageAsync<WebhookDelivery>(
            $"select {DeliverySql.Columns} from webhook_deliveries d where {asked} order by {order} {paging.Window}",
            $"select count(*) from webhook_deliveries d where {asked}", ct));
    }
}
