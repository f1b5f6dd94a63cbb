using Outpost.FieldService.Web;

namespace Outpost.FieldService.Webhooks;

internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var hooks = app.MapGroup("/api/v1/webhooks").WithTags("Webhooks");
        hooks.MapGet("", ListWebhooks.Handle).Requires(Ability.ManageWebhooks).WithSummary("The webhooks of the company, the newest first");
        hooks.MapPost("", CreateWebhook.Handle).Requires(Ability.ManageWebhooks).WithVersion().WithSummary("Have events sent to a URL; the signing secret is shown this once");
        hooks.MapGet("/{id}", GetWebhook.Handle).Requires(Ability.ManageWebhooks).WithVersion().WithSummary("One webhook");
        hooks.MapPatch("/{id}", ChangeWebhook.Handle).Requires(Ability.ManageWebhooks).Versioned(WebhookSql.LockVersion).WithSummary("Change a webhook, or switch it on or off");
        hooks.MapDelete("/{id}", DeleteWebhook.Handle).Requires(Ability.ManageWebhooks).Versioned(WebhookSql.LockVersion).WithSummary("Delete a webhook with everything that waits for it");
        hooks.MapPost("/{id}/rotation", RotateWebhook.Handle).Requires(Ability.ManageWebhooks).Versioned(WebhookSql.LockVersion)
            .WithSummary("Exchange the signing secret; for a while both sign");
        hooks.MapPost("/{id}/ping", PingWebhook.Handle).Requires(Ability.ManageWebhooks).WithSummary("Send a test message");
        hooks.MapGet("/{id}/deliveries", ListDeliveries.Handle).Requires(Ability.ManageWebhooks).WithSummary("What was sent to a webhook, the newest first");
        hooks.MapPost("/{id}/redelivery", Redeliver.Since).Requires(Ability.ManageWebhooks).WithSummary("Send again everything since a moment");

        var deliveries = app.MapGroup("/api/v1/webhook-deliveries").WithTags("Webhooks");
        deliveries.MapGet("/{id}", GetDelivery.Handle).Requires(Ability.ManageWebhooks).WithSummary("One delivery and every attempt at it");
        deliveries.MapPost("/{id}/redelivery", Redeliver.One).Requires(Ability.ManageWebhooks).WithSummary("Send one message again");

        app.MapGet("/api/v1/webhook-events", ListEvents.Handle).Requires(Ability.ManageWebhooks).WithTags("Webhooks").WithSummary("The names of the events");
    }
}
