using System.Diagnostics;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Worker;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>
/// Looks at the automations that are due, each in a transaction of its own: what it has to say goes into the outbox together with its trail and with the time
/// of its next look. One that fails is put off and keeps nobody else from working.
/// </summary>
internal sealed partial class RunAutomations(NpgsqlDataSource source, Companies companies, TimeProvider clock, ILogger<RunAutomations> log)
{
    private const int AtMost = 1_000;
    // What could not be sent for so long is not worth sending any more.
    private static readonly TimeSpan GoodFor = TimeSpan.FromDays(3);

    private sealed record Due(Guid AccountId, Guid Id);

    private sealed record Thing(Guid Value) : IId;

    private sealed record Known(Guid SubjectId, string Occurrence, string Channel, string Status);

    internal sealed record Tally(int Sent, int Skipped, int Errors)
    {
        public static Tally operator +(Tally a, Tally b) => new(a.Sent + b.Sent, a.Skipped + b.Skipped, a.Errors + b.Errors);
    }

    /// <returns>How many were due.</returns>
    public async Task<int> RunAsync(int atOnce, CancellationToken stop)
    {
        await using var nobody = new Db(source, null);
        var due = await nobody.ListAsync<Due>($"select * from automations_due({clock.GetUtcNow()}, {AtMost})", stop);
        await nobody.CommitAsync(stop);
        Polled(log, due.Count);

        var tallies = new System.Collections.Concurrent.ConcurrentBag<(AutomationKind Kind, Tally Tally)>();
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = stop }, async (one, ct) =>
        {
            if (await RunOneAsync(new(one.AccountId), new(one.Id), ct) is { } ran) tallies.Add(ran);
        });
        foreach (var kind in tallies.GroupBy(tally => tally.Kind))
        {
            var sum = kind.Aggregate(new Tally(0, 0, 0), (total, one) => total + one.Tally);
            Done(log, kind.Key.Name, kind.Count(), sum.Sent, sum.Skipped, sum.Errors);
        }

        return due.Count;
    }

    private async Task<(AutomationKind, Tally)?> RunOneAsync(AccountId account, AutomationId id, CancellationToken ct)
    {
        using var trace = new Activity("automation").SetIdFormat(ActivityIdFormat.W3C).Start();
        if (await companies.FindAsync(account, ct) is not { } company) return null;

        AutomationKind? kind = null;
        try
        {
            await using var db = company.Open();
            if (await AutomationSql.FindDue(db, account, id, company.Now, ct) is not { } automation) return null;

            kind = AutomationKind.Of(automation.Type);
            var tally = await RunAsync(db, company, automation, kind, ct);
            await db.CommitAsync(ct);
            Processed(log, kind.Name, id.Value, account.Value, tally.Sent, tally.Skipped, tally.Errors);
            return (kind, tally);
        }
        catch (Exception e) when (kind is not null && !ct.IsCancellationRequested) // The outermost step for one automation: whatever is wrong with it, the others go on.
        {
            FailedToProcess(log, e, kind.Name, id.Value, account.Value);
            await PutOffAsync(company, id, e, ct);
            return (kind, new(0, 0, 1));
        }
    }

    private static async Task<Tally> RunAsync(Db db, AccountAtWork company, Automation automation, AutomationKind kind, CancellationToken ct)
    {
        var now = company.Now;
        var caller = company.Caller with { Actor = automation.Id.Value };
        var plan = kind.Read(automation.Config);
        var soon = now + kind.Every;
        var occasions = (await plan.OccasionsAsync(db, caller, now, soon, ct)).GroupBy(occasion => occasion.Subject).ToList();
        // Of what has passed the last one counts; what was missed before it is not made up for.
        var current = occasions.Select(subject => subject.Where(o => o.FiresAt <= now && o.ExpiresAt > now).MaxBy(o => o.FiresAt)).OfType<Occasion>().ToList();
        var settled = await KnownAsync(db, caller, kind.Rule, current, ct);

        var tally = new Tally(0, 0, 0);
        foreach (var occasion in current.Where(occasion => plan.Channels.Any(channel => !settled.Contains((occasion.Subject, occasion.Key, Words<Channel>.Of(channel))))))
        {
            var expires = occasion.ExpiresAt < now + GoodFor ? occasion.ExpiresAt : now + GoodFor;
            var added = await Outbox.EnqueueAsync(db, caller, kind.Rule, automation.Id.Value, occasion.Subject, occasion.Key, occasion.Client, plan.Channels, now, expires, ct);
            if (added.Count == 0) continue;

            await MessageSql.Supersede(db, caller.Account, kind.Rule.Name, occasion.Subject, occasion.Key, ct);
            var queued = added.Count(message => message.Status is MessageStatus.Pending);
            await AuditLog.Inserted(db, caller, kind.Rule.Name, new Thing(occasion.Subject), occasion.Trail(automation.Id, queued > 0 ? now : null), ct);
            tally += new Tally(queued, added.Count - queued, 0);
        }

        var next = occasions.SelectMany(subject => subject).Where(o => o.FiresAt > now).Select(o => o.FiresAt).Append(soon).Min();
        await AutomationSql.SaveRun(db, automation.Ran(now, next), ct);
        return tally;
    }

    // What was left aside may be taken up again; everything else has been said or is about to be.
    private static async Task<HashSet<(Guid, string, string)>> KnownAsync(Db db, CurrentUser caller, MessageRule rule, List<Occasion> occasions, CancellationToken ct) => [.. (await db.ListAsync<Known>($"""
        select subject_id, occurrence, channel, status from messages
        where account_id = {caller.Account} and rule = {rule.Name} and subject_id = any ({occasions.Select(occasion => occasion.Subject).ToArray()}) and status <> 'skipped'
        """, ct)).Select(known => (known.SubjectId, known.Occurrence, known.Channel))];

    private async Task PutOffAsync(AccountAtWork company, AutomationId id, Exception error, CancellationToken ct)
    {
        try
        {
            await using var db = company.Open();
            if (await AutomationSql.FindDue(db, company.Caller.Account, id, company.Now, ct) is not { } automation) return;

            await AutomationSql.SaveRun(db, automation.Failed(company.Now, error.Message), ct);
            await db.CommitAsync(ct);
        }
        catch (NpgsqlException lost)
        {
            // The database is away; the automation is still due when it comes back.
            NotPutOff(log, lost, id.Value);
        }
    }

    [LoggerMessage(LogLevel.Information, "automation poll")]
    private static partial void Polled(ILogger log, int due);

    [LoggerMessage(LogLevel.Information, "{Kind}: processed")]
    private static partial void Processed(ILogger log, string kind, Guid automationId, Guid accountId, int sent, int skipped, int errors);

    [LoggerMessage(LogLevel.Information, "{Kind} dispatch complete")]
    private static partial void Done(ILogger log, string kind, int automations, int sent, int skipped, int errors);

    [LoggerMessage(LogLevel.Error, "{Kind}: failed to process automation")]
    private static partial void FailedToProcess(ILogger log, Exception e, string kind, Guid automationId, Guid accountId);

    [LoggerMessage(LogLevel.Warning, "an automation that failed could not be put off")]
    private static partial void NotPutOff(ILogger log, Exception e, Guid automationId);
}
