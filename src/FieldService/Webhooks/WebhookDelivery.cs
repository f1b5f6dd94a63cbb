using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Webhooks;

public readonly record struct DeliveryId(Guid Value) : IId
{
    public static DeliveryId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out DeliveryId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum DeliveryStatus { Pending, Delivered, Failed }

/// <summary>One thing to tell one receiver.</summary>
/// <param name="MessageId">What the receiver knows it by, however often it is sent: the header <c>webhook-id</c>.</param>
/// <param name="Event">Its name; null until it was sent for the first time.</param>
/// <param name="DueAt">When it is sent next; null when that is at once, or never again.</param>
public sealed record WebhookDelivery(
    Guid Id, Guid WebhookId, string MessageId, string? Event, string Status, int Attempts, DateTimeOffset? DueAt, DateTimeOffset? FinishedAt, DateTimeOffset CreatedAt);

/// <summary>One time it was sent, and what came of it.</summary>
/// <param name="ResponseBody">The first kilobyte.</param>
public sealed record WebhookAttempt(Guid Id, DateTimeOffset AttemptedAt, int TookMs, int? ResponseStatus, string? ResponseBody, string? Error);
