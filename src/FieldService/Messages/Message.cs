using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Messages;

public readonly record struct MessageId(Guid Value) : IId
{
    public static MessageId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out MessageId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>The way to a client: a letter over SMTP, or whatever the operator's gateway makes of a webhook.</summary>
public enum Channel { Email, Sms, Chat }

/// <summary>
/// <c>pending</c> waits, <c>sending</c> is in somebody's hands, <c>sent</c> was acknowledged. <c>in_doubt</c> was handed over and nobody knows whether it
/// arrived: it is not sent again unless a person says so. <c>skipped</c> had no point any more, <c>cancelled</c> was stopped by a person.
/// </summary>
public enum MessageStatus { Pending, Sending, Sent, InDoubt, Failed, Cancelled, Skipped }

/// <summary>
/// One thing said to one client on one occasion over one channel. There is never a second one for the same, and what the other side has acknowledged is
/// never sent again.
/// </summary>
/// <param name="SubjectId">What it speaks of: the visit, the invoice, the estimate, the job.</param>
/// <param name="Occurrence">Which of the occasions of that thing.</param>
/// <param name="ExpiresAt">From when on it would only confuse.</param>
public sealed record Message(
    MessageId Id, AccountId AccountId, string Rule, Guid? AutomationId, string SubjectType, Guid SubjectId, string Occurrence, Channel Channel, ClientId? ClientId,
    string? Recipient, MessageStatus Status, string? Reason, int Attempts, DateTimeOffset NextAttemptAt, DateTimeOffset ExpiresAt, DateTimeOffset? HandedOverAt,
    DateTimeOffset? SentAt, string? Answer, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version) : IVersioned
{
    // Before the second attempt, the third …; after the last one it has failed.
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6)];

    public static int MostAttempts => Waits.Length + 1;

    /// <summary>When to try again after so many attempts have failed; null when that is enough.</summary>
    internal static DateTimeOffset? After(int attempts, DateTimeOffset now) => attempts <= Waits.Length ? now + Waits[attempts - 1] : null;
}
