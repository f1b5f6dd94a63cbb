using System.Text.Json;
using System.Text.Json.Nodes;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Webhooks;

/// <summary>
/// What a receiver is sent. Made of the audit log's row, which never changes, so each attempt carries the same words.
/// </summary>
internal static class WebhookMessage
{
    // No feature puts a secret into the audit log; what looks like one in spite of that does not leave the house.
    private static readonly string[] Secrets = ["password", "secret", "token", "hash"];

    /// <summary>One row of the audit log.</summary>
    public sealed record Fact(
        Guid EntityId, string EntityType, string Action, Guid? ActorId, Guid? ApiKeyId, Guid? TraceId, string? OldValue, string? NewValue, DateTimeOffset CreatedAt);

    public sealed record Body(string Type, DateTimeOffset Timestamp, Data Data);

    /// <param name="Actor">The person or automation; null when the service did it by itself.</param>
    public sealed record Data(Guid Id, string Entity, JsonNode? Before, JsonNode? After, Guid? Actor, Guid? ApiKey, Guid? TraceId);

    public static (string Name, byte[] Text) Of(Fact fact)
    {
        var (before, after) = (Read(fact.OldValue), Read(fact.NewValue));
        var name = WebhookEvents.NameOf(fact.EntityType, fact.Action, before, after);
        return (name, Write(new(name, fact.CreatedAt, new(fact.EntityId, fact.EntityType, before, after, fact.ActorId, fact.ApiKeyId, fact.TraceId))));
    }

    public static (string Name, byte[] Text) Ping(WebhookId webhook, DateTimeOffset at) =>
        (WebhookEvents.Ping, Write(new(WebhookEvents.Ping, at, new(webhook.Value, "webhook", null, null, null, null, null))));

    private static byte[] Write(Body body) => JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Options);

    private static JsonNode? Read(string? value) => value is null ? null : Cleaned(JsonNode.Parse(value));

    private static JsonNode? Cleaned(JsonNode? node)
    {
        if (node is JsonObject thing)
        {
            foreach (var (name, value) in thing.ToList())
            {
                if (value is JsonValue text && text.GetValueKind() is JsonValueKind.String && Secrets.Any(word => name.Contains(word, StringComparison.Ordinal))) thing.Remove(name);
                else Cleaned(value);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var value in list) Cleaned(value);
        }

        return node;
    }
}
