using System.Diagnostics;
using NodaTime;
using NodaTime.Extensions;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Worker;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>
/// Takes messages out of the outbox and delivers them. Each is claimed for a while, looked at again in the moment of sending, and noted as handed over right
/// before the other side may have it. What a sender leaves behind that had not been handed over is sent by the next one; what had been is in doubt and is not.
/// </summary>
internal sealed partial class SendMessages(
    NpgsqlDataSource source, Companies companies, MessageBook book, IEnumerable<ICarrier> carriers, PublicAddress address, Enclose enclose, TimeProvider clock, ILogger<SendMessages> log)
{
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan NoWayFor = TimeSpan.FromMinutes(15);
    private const int MostSettlings = 60;

    private sealed record Claimed(Guid AccountId, Guid Id);

    private sealed record Addressee(string Name, string? Email, string? Phone, DateTimeOffset? EmailOptOutAt, DateTimeOffset? SmsOptOutAt, Guid OptOutToken);

    private sealed record Stored(string? Title, string BodyText, string? BodyHtml);

    /// <summary>Sends what is due, so many at once, until nothing is or <paramref name="stop"/> says to take no more.</summary>
    /// <returns>How many were taken.</returns>
    public async Task<int> DrainAsync(int atOnce, CancellationToken stop)
    {
        await RecoverAsync(stop);
        return (await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => OneByOneAsync(stop)))).Sum();
    }

    private async Task<int> OneByOneAsync(CancellationToken stop)
    {
        var taken = 0;
        while (!stop.IsCancellationRequested)
        {
            var (claim, now) = (Guid.NewGuid(), clock.GetUtcNow());
            await using var db = new Db(source, null);
            var claimed = await db.FirstAsync<Claimed>($"select * from claim_messages({claim}, {now}, {now + Lease}, 1)", stop);
            await db.CommitAsync(stop);
            if (claimed is null) break;

            taken++;
            using var trace = new Activity("message").SetIdFormat(ActivityIdFormat.W3C).Start();
            // From here on it is seen through to its end, also when the worker is asked to stop.
            await SendAsync(new(claimed.AccountId), new(claimed.Id), claim, CancellationToken.None);
        }

        return taken;
    }

    private async Task SendAsync(AccountId account, MessageId id, Guid claim, CancellationToken ct)
    {
        Delivery delivery;
        var handed = false;
        try
        {
            if (await companies.FindAsync(account, ct) is not { } company) return;
            if (await AdmitAsync(company, id, claim, ct) is not { } letter) return;

            var enclosures = letter.Channel is Channel.Email ? await enclose(company.Caller, company.Read, letter.Rule, letter.Subject, ct) : [];
            delivery = carriers.FirstOrDefault(c => c.Carries(letter.Channel)) is { } carrier
                ? await carrier.SendAsync(letter with { Enclosures = enclosures }, async token => handed = await HandOverAsync(company, id, claim, token), ct)
                : new Delivery.NoWay(Obstacles.NotConfigured);
        }
        catch (RuleException notNow) when (notNow.Code is "SERVICE_UNAVAILABLE")
        {
            delivery = new Delivery.NoWay(notNow.Message);
        }
        catch (Exception e) // One message that cannot be sent must not keep the others waiting.
        {
            Failed(log, e, id.Value, account.Value);
            delivery = handed ? new Delivery.InDoubt(e.Message) : new Delivery.NotYet(e.Message);
        }

        await SettleAsync(account, id, claim, delivery, ct);
    }

    /// <summary>Looks at everything again. Null: it is not to be sent now, and why stands in its row.</summary>
    private async Task<Letter?> AdmitAsync(AccountAtWork company, MessageId id, Guid claim, CancellationToken ct)
    {
        await using var db = company.Open();
        var (caller, now) = (company.Caller, company.Now);
        if (await MessageSql.FindClaimed(db, caller.Account, id, claim, ct) is not { } message) return null;

        var rule = book.Find(message.Rule);
        var facts = rule is null ? null : await rule.Find(db, caller, message.SubjectId, message.Occurrence, now, ct);
        var client = facts is null ? null : await db.FirstAsync<Addressee>($"""
            select name, email, phone, email_opt_out_at, sms_opt_out_at, opt_out_token from clients where account_id = {caller.Account} and id = {facts.Client}
            """, ct);
        var to = message.Channel is Channel.Email ? client?.Email : client?.Phone;
        var obstacle = rule is null ? Obstacles.UnknownRule
            : message.ExpiresAt <= now ? Obstacles.TooLate
            : facts is null || client is null ? Obstacles.NoLongerApplies
            : facts.Obstacle is not null ? Obstacles.NoLongerApplies
            : (message.Channel is Channel.Email ? client.EmailOptOutAt : client.SmsOptOutAt) is not null ? Obstacles.OptedOut
            : to is null ? Obstacles.NoAddress
            : null;
        if (obstacle is not null)
        {
            if (await MessageSql.Settle(db, message, claim, MessageStatus.Skipped, obstacle, null, null, now, ct) is { } skipped)
            {
                await AuditLog.Updated(db, caller, "message", id, message, skipped, ct);
            }

            await db.CommitAsync(ct);
            Skipped(log, id.Value, caller.Account.Value, obstacle);
            return null;
        }

        var settings = (await AccountSettings.OfAsync(db, caller.Account, ct)).Messages;
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(facts!.Zone) ?? company.Zone;
        if (QuietHours.EndOf(settings, zone, now) is { } morning) return await LaterAsync(db, message, morning, Obstacles.QuietHours, ct);
        if (await FullDayAsync(db, company, message, facts.Client, settings.DailyCap, zone, ct) is { } tomorrow) return await LaterAsync(db, message, tomorrow, Obstacles.DailyCap, ct);

        var optOut = address.OptOut(client!.OptOutToken, message.Channel);
        var stored = await db.FirstAsync<Stored>($"""
            select title, body_text, body_html from message_templates where account_id = {caller.Account} and rule = {message.Rule} and channel = {message.Channel}
            """, ct);
        var template = stored is null ? rule!.Defaults[message.Channel] : new(stored.Title, stored.BodyText, stored.BodyHtml);
        var content = template.With(WithOurs(facts.Values, caller.AccountName, client.Name, optOut));
        await MessageSql.Admit(db, message, to!, content, now, ct);
        await db.CommitAsync(ct);
        return new(id, message.Rule, message.SubjectId, message.Channel, to!, content, optOut, caller.AccountName, settings.ReplyTo, now);
    }

    /// <summary>What every message may speak of, whatever its rule.</summary>
    internal static Dictionary<string, string> WithOurs(IReadOnlyDictionary<string, string> facts, string company, string client, Uri optOut) => new(facts, StringComparer.Ordinal)
    {
        ["company_name"] = company,
        ["client_name"] = client,
        ["opt_out_url"] = optOut.AbsoluteUri,
    };

    private static async Task<Letter?> LaterAsync(Db db, Message message, DateTimeOffset until, string reason, CancellationToken ct)
    {
        await MessageSql.Defer(db, message, until, reason, ct);
        await db.CommitAsync(ct);
        return null;
    }

    /// <returns>When the next day begins, if the client has had enough for today.</returns>
    private static async Task<DateTimeOffset?> FullDayAsync(Db db, AccountAtWork company, Message message, ClientId client, int cap, DateTimeZone zone, CancellationToken ct)
    {
        if (cap <= 0) return null;

        // Two messages to one client are counted one after the other, whoever sends them.
        await db.RunAsync($"select pg_advisory_xact_lock(hashtextextended({client.Value.ToString()}, 0))", ct);
        var today = company.Now.ToInstant().InZone(zone).Date;
        var (from, to) = (zone.AtStartOfDay(today).ToDateTimeOffset(), zone.AtStartOfDay(today.PlusDays(1)).ToDateTimeOffset());
        var had = await db.ValueAsync<long>($"""
            select count(*) from messages
            where account_id = {message.AccountId} and client_id = {client} and id <> {message.Id} and admitted_at >= {from} and status in ('sending', 'sent', 'in_doubt', 'failed')
            """, ct);
        return had >= cap ? to : null;
    }

    // The last look: nobody else has taken it, and the client has not said no in the meantime.
    private static async Task<bool> HandOverAsync(AccountAtWork company, MessageId id, Guid claim, CancellationToken ct)
    {
        await using var db = company.Open();
        var now = company.Now;
        if (!await MessageSql.HandOver(db, company.Caller.Account, id, claim, now, now + Lease, ct)) return false;

        await db.CommitAsync(ct);
        return true;
    }

    // What the other side has acknowledged must be known here too, so a database that is away is waited for.
    private async Task SettleAsync(AccountId account, MessageId id, Guid claim, Delivery delivery, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await SettleOnceAsync(account, id, claim, delivery, ct);
                return;
            }
            catch (Exception lost) when (tries < MostSettlings && lost is NpgsqlException or TimeoutException)
            {
                NotWritten(log, lost, id.Value, account.Value);
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(tries * 0.2, 5)), clock, ct);
            }
        }
    }

    private async Task SettleOnceAsync(AccountId account, MessageId id, Guid claim, Delivery delivery, CancellationToken ct)
    {
        if (await companies.FindAsync(account, ct) is not { } company) return;

        await using var db = company.Open();
        var now = company.Now;
        if (await MessageSql.FindForUpdate(db, account, id, ct) is not { } message) return;

        if (delivery is Delivery.NoWay(var why))
        {
            if (message.Status is MessageStatus.Sending) await MessageSql.Defer(db, message, now + NoWayFor, why, ct);
            await db.CommitAsync(ct);
            return;
        }

        (MessageStatus Status, string? Reason, string? Answer, DateTimeOffset? Next) outcome = delivery switch
        {
            Delivery.Acknowledged(var said) => (MessageStatus.Sent, null, said, null),
            Delivery.Refused(var no) => (MessageStatus.Failed, no, null, null),
            Delivery.InDoubt(var doubt) => (MessageStatus.InDoubt, doubt, null, null),
            Delivery.NotYet(var no) => Message.After(message.Attempts, now) is { } again ? (MessageStatus.Pending, no, null, again) : (MessageStatus.Failed, no, null, null),
            _ => throw new InvalidOperationException($"What is {delivery.GetType().Name}?"),
        };
        if (await MessageSql.Settle(db, message, claim, outcome.Status, Short(outcome.Reason), Short(outcome.Answer), outcome.Next, now, ct) is not { } settled) return;

        if (outcome.Status is not MessageStatus.Pending) await AuditLog.Updated(db, company.Caller with { Actor = message.AutomationId }, "message", id, message, settled, ct);
        await db.CommitAsync(ct);
        Delivered(log, id.Value, account.Value, settled.Channel, settled.Status, settled.Attempts);
    }

    /// <summary>Looks after what senders that are gone have left behind.</summary>
    private async Task RecoverAsync(CancellationToken ct)
    {
        await using var nobody = new Db(source, null);
        var left = await nobody.ListAsync<Claimed>($"select * from abandoned_messages({clock.GetUtcNow()})", ct);
        await nobody.CommitAsync(ct);
        foreach (var one in left)
        {
            if (await companies.FindAsync(new(one.AccountId), ct) is not { } company) continue;

            await using var db = company.Open();
            var (caller, now) = (company.Caller, company.Now);
            if (await MessageSql.FindAbandoned(db, caller.Account, new(one.Id), now, ct) is not { } message) continue;

            var kept = await MessageSql.Save(db, message.HandedOverAt is null
                ? message with { Status = MessageStatus.Pending, NextAttemptAt = now, Attempts = Math.Max(0, message.Attempts - 1) }
                : message with { Status = MessageStatus.InDoubt, Reason = Obstacles.SenderLost }, ct);
            await AuditLog.Updated(db, caller, "message", message.Id, message, kept, ct);
            await db.CommitAsync(ct);
            Recovered(log, message.Id.Value, caller.Account.Value, kept.Status);
        }
    }

    private static string? Short(string? text) => text is { Length: > 500 } ? text[..500] : text;

    [LoggerMessage(LogLevel.Information, "message {Status}")]
    private static partial void Delivered(ILogger log, Guid messageId, Guid accountId, Channel channel, MessageStatus status, int attempts);

    [LoggerMessage(LogLevel.Information, "message skipped: {Reason}")]
    private static partial void Skipped(ILogger log, Guid messageId, Guid accountId, string reason);

    [LoggerMessage(LogLevel.Error, "message could not be sent")]
    private static partial void Failed(ILogger log, Exception e, Guid messageId, Guid accountId);

    [LoggerMessage(LogLevel.Warning, "what became of a message could not be written down yet")]
    private static partial void NotWritten(ILogger log, Exception e, Guid messageId, Guid accountId);

    [LoggerMessage(LogLevel.Warning, "message of a sender that is gone: {Status}")]
    private static partial void Recovered(ILogger log, Guid messageId, Guid accountId, MessageStatus status);
}
