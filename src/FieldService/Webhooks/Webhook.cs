using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Webhooks;

public readonly record struct WebhookId(Guid Value) : IId
{
    public static WebhookId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out WebhookId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>
/// Where a company wants to be told what happens. The secret that signs the messages is no part of it: it is shown when it is made and sent nowhere.
/// </summary>
/// <param name="Events">What is told; null is everything.</param>
/// <param name="DisabledBecause">Why the service itself has switched it off; null when it did not.</param>
/// <param name="FailingSince">Since when nothing has arrived; null while things do.</param>
public sealed record Webhook(
    WebhookId Id, AccountId AccountId, string Url, string? Description, IReadOnlyList<string>? Events, bool Enabled, string? DisabledBecause, int Failures,
    DateTimeOffset? FailingSince, DateTimeOffset? PreviousUntil, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>A receiver of which nothing good was heard for so long is switched off.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    public bool Wants(string name) => Events is null || Events.Contains(name) || name == WebhookEvents.Ping;

    /// <summary>On again, and given time to prove itself.</summary>
    public Webhook SwitchedOn() => this with { Enabled = true, DisabledBecause = null, Failures = 0, FailingSince = null };

    public Webhook SwitchedOff(string? because) => this with { Enabled = false, DisabledBecause = because };

    /// <summary>Something has arrived.</summary>
    public Webhook Well() => this with { Failures = 0, FailingSince = null };

    /// <summary>Something has not arrived.</summary>
    public Webhook Failed(DateTimeOffset now)
    {
        var failed = this with { Failures = Failures + 1, FailingSince = FailingSince ?? now };
        return failed.FailingSince <= now - Patience ? failed.SwitchedOff("Nothing has arrived there for three days.") : failed;
    }

    /// <summary>How long a receiver that is down is left alone: not at all after the first two failures, then ever longer, up to ten minutes.</summary>
    public TimeSpan Rest => Failures < 3 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(600, 5 * (1 << Math.Min(Failures - 3, 10))));
}
