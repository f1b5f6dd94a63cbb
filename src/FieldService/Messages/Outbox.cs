using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>Where messages wait for the worker. They are put here in the transaction of the fact they speak of, so neither exists without the other.</summary>
internal static class Outbox
{
    private sealed record Address(string? Email, string? Phone, DateTimeOffset? EmailOptOutAt, DateTimeOffset? SmsOptOutAt);

    /// <summary>
    /// Says something over the given channels, once. A channel by which the client cannot or does not want to be reached is noted as skipped rather than
    /// forgotten.
    /// </summary>
    /// <param name="occurrence">Which occasion of the thing: the same one is said once, ever.</param>
    /// <returns>What is new in the outbox; empty when all of it was there.</returns>
    public static async Task<List<Message>> EnqueueAsync(
        Db db, CurrentUser company, MessageRule rule, Guid? automation, Guid subject, string occurrence, ClientId client, IEnumerable<Channel> channels, DateTimeOffset now,
        DateTimeOffset expires, CancellationToken ct)
    {
        var address = await db.FirstAsync<Address>($"""
            select email, phone, email_opt_out_at, sms_opt_out_at from clients where account_id = {company.Account} and id = {client} for key share
            """, ct);
        var added = new List<Message>();
        foreach (var channel in channels.Distinct().Order())
        {
            var (recipient, optedOut) = channel is Channel.Email ? (address?.Email, address?.EmailOptOutAt) : (address?.Phone, address?.SmsOptOutAt);
            var obstacle = optedOut is not null ? Obstacles.OptedOut : recipient is null ? Obstacles.NoAddress : null;
            var message = await MessageSql.Insert(db, new(
                MessageId.New(), company.Account, rule.Name, automation, rule.SubjectType, subject, occurrence, channel, client, recipient,
                obstacle is null ? MessageStatus.Pending : MessageStatus.Skipped, obstacle, 0, now, expires, null, null, null, now, now, 1), ct);
            if (message is not null) added.Add(message);
        }

        return added;
    }
}

/// <summary>Why a message is not sent, or not now; short words that a list shows.</summary>
internal static class Obstacles
{
    public const string OptedOut = "opted_out";
    public const string NoAddress = "no_address";
    public const string NoLongerApplies = "no_longer_applies";
    public const string TooLate = "too_late";
    public const string QuietHours = "quiet_hours";
    public const string DailyCap = "daily_cap";
    public const string NotConfigured = "not_configured";
    public const string Superseded = "superseded";
    public const string UnknownRule = "unknown_rule";
    public const string ByOffice = "cancelled_by_office";
    public const string SenderLost = "the sender ended after it had handed the message over";
}
