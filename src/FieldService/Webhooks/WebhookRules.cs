using Outpost.Kernel;

namespace Outpost.FieldService.Webhooks;

/// <summary>Every way a webhook refuses a request.</summary>
internal static class WebhookRules
{
    public static RuleException CannotGoThere(string why) => new("VALIDATION_ERROR", $"The URL {why}.") { Field = "url" };

    public static RuleException UnknownEvent() => new("VALIDATION_ERROR", "events holds names of GET /api/v1/webhook-events; leave it out for everything.") { Field = "events" };

    public static RuleException TooMany(int most) => new("CONFLICT", $"A company has at most {most} webhooks. Delete one that is no longer used.");

    public static RuleException IsOff() => new("CONFLICT", "This webhook is switched off. Switch it on first.");
}
