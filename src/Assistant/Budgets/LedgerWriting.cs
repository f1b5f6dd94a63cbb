using Npgsql;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>Brings what waits into the database, one transaction after the other, and tells whoever waits what became of it.</summary>
/// <param name="patience">How long a request waits for its hold.</param>
/// <param name="giveUp">The process ends: what the database has not taken by now expires at its estimate.</param>
internal sealed partial class LedgerWriting(
    ReadDb db, BudgetSettings settings, TimeProvider clock, BudgetMeters meters, LeaseBook leases, TimeSpan patience, ILogger log, CancellationToken giveUp)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _knownPrices = new(StringComparer.Ordinal);
    private readonly List<Guid> _unwanted = [];

    private Limits Limits => settings.Limits;

    /// <summary>
    /// Only what is wrong with the values themselves (classes 22 and 23) stays wrong. Everything else, a server that starts, a database that is being swapped or
    /// a password that is being changed, passes; a settlement waits for that however long it takes.
    /// </summary>
    public static bool IsPassing(NpgsqlException e) => e is not PostgresException { SqlState: ['2', '2' or '3', ..] };

    /// <summary>Tries until the settlements are kept; the holds beside them only as long as their callers have patience. What is done is off the page.</summary>
    public async Task WriteAsync(LedgerPage page)
    {
        var (retry, pause) = (false, FirstPause);
        do
        {
            try
            {
                await WriteOnceAsync(page, retry);
                retry = false;
                continue;
            }
            catch (NpgsqlException broken) when (IsPassing(broken))
            {
                leases.Away();
                // Leases alone are looked after again soon, and nobody waits for them.
                if (page.Count == 0) return;

                Unreachable(log, page.Asked.Count, page.Drawn.Count + page.Ended.Count, broken);
            }
            catch (PostgresException refused)
            {
                // A lease that the database does not take must not keep the requests back; it expires at its estimate.
                leases.Abandon();
                await WriteOneByOneAsync(page, refused);
                return;
            }

            retry = true;
            if (giveUp.IsCancellationRequested) return;

            await Task.Delay(pause, clock, giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            GiveUpOn(page);
        }
        while (page.Count > 0);
    }

    /// <summary>The holds that were taken for somebody who had gone meanwhile.</summary>
    public Guid[] Unwanted()
    {
        Guid[] holds = [.. _unwanted];
        _unwanted.Clear();
        return holds;
    }

    private async Task WriteOnceAsync(LedgerPage page, bool retry)
    {
        var (now, at) = (clock.GetUtcNow(), clock.GetTimestamp());
        var wishes = leases.Wishes(scarce: page.Asked.Exists(entry => entry.IsSecond));
        var statements = Statements(page, wishes, now, retry);
        if (statements.Length == 0) return;

        var (crossed, odd, leased, taken) = await db.ReadAsync(statements, async (results, ct) => (
            page.Drawn.Count > 0 ? await results.ListAsync(LedgerSql.ReadWarned, ct) : [],
            page.Ended.Count > 0 ? await results.ListAsync(LedgerSql.ReadOddity, ct) : [],
            wishes.Count > 0 ? await results.ListAsync(LedgerSql.ReadLeased, ct) : [],
            page.Asked.Count > 0 ? await results.ListAsync(LedgerSql.ReadTaken, ct) : []), CancellationToken.None);

        leases.Confirm(wishes, leased, at);
        foreach (var windows in crossed) Warned(log, windows);
        foreach (var entry in page.Drawn)
        {
            leases.Written(entry.Lease!);
            entry.Answer.TrySetResult(new(null));
        }

        foreach (var entry in page.Ended) Tell(entry.Settlement!);
        foreach (var (hold, became) in odd) Tell(hold, became);
        page.Drawn.Clear();
        page.Ended.Clear();
        LedgerEntry[] asked = [.. page.Asked];
        page.Asked.Clear();
        for (var i = 0; i < taken.Count; i++) Answer(page, asked[i], taken[i]);
    }

    private Sql[] Statements(LedgerPage page, List<LeaseBook.Wish> wishes, DateTimeOffset now, bool retry)
    {
        var statements = new List<Sql>(4);
        if (page.Drawn.Count > 0) statements.Add(LedgerSql.Draw(now, Limits, page.Drawn.ConvertAll(entry => new LedgerSql.Drawn(entry.Request!, entry.Lease!.Id, entry.At))));
        if (page.Ended.Count > 0)
        {
            foreach (var price in page.Ended.SelectMany(entry => entry.Settlement!.Charges).Select(charge => charge.Price).Where(price => !_knownPrices.Contains(price.Version)).Distinct())
                statements.Add(LedgerSql.Price(price));
            statements.Add(LedgerSql.Settle(now, durable: page.Asked.Count + wishes.Count > 0, page.Ended.ConvertAll(entry => entry.Settlement!)));
        }

        if (wishes.Count > 0) statements.Add(LedgerSql.Lease(now, Limits, wishes));
        if (page.Asked.Count > 0)
        {
            // Those of one key stand together: its budget is then read and written once.
            page.Asked.Sort(static (one, other) => Nullable.Compare(one.Request!.For.Key, other.Request!.For.Key));
            statements.Add(LedgerSql.Hold(now, Limits, retry, page.Asked.ConvertAll(entry => entry.Request!)));
        }

        return [.. statements];
    }

    private void Answer(LedgerPage page, LedgerEntry entry, LedgerSql.Taken taken)
    {
        if (taken.Warned is { } windows) Warned(log, windows);
        // What this process has leased for others may be just what is missing.
        if (taken.Refused is { Window: not BudgetWindow.Request } && !entry.IsSecond && leases.IsOpen)
        {
            entry.IsSecond = true;
            page.Asked.Add(entry);
            return;
        }

        if (taken.Refused is { } refusal) meters.Refused(refusal);
        else if (!taken.Released) leases.Granted(entry.Request!);
        if (taken.Released) entry.Answer.TrySetException(BudgetRules.LedgerUnreachable());
        // Whoever asked may have gone meanwhile; then nobody is going to settle it.
        else if (!entry.Answer.TrySetResult(new(taken.Refused)) && taken.Refused is null) _unwanted.Add(taken.Hold);
    }

    // Whether a hold was taken by a statement that was never answered is not known. The release keeps it from coming to life later.
    private void GiveUpOn(LedgerPage page)
    {
        for (var i = page.Asked.Count - 1; i >= 0; i--)
        {
            var entry = page.Asked[i];
            if (clock.GetElapsedTime(entry.Since) < patience && !entry.Answer.Task.IsCompleted) continue;

            page.Asked.RemoveAt(i);
            page.Ended.Add(LedgerEntry.Ended(new(entry.Request!.Id, [])));
            entry.Answer.TrySetException(BudgetRules.LedgerUnreachable());
        }
    }

    // One that the database does not take must not keep the others back.
    private async Task WriteOneByOneAsync(LedgerPage page, PostgresException refused)
    {
        LedgerEntry[] entries = [.. page.Drawn, .. page.Ended, .. page.Asked];
        page.Clear();
        if (entries is [var only])
        {
            Rejected(log, only.Request?.Id ?? only.Settlement!.Hold, refused);
            if (only.Request is not null) only.Answer.TrySetException(refused);
            return;
        }

        foreach (var entry in entries)
        {
            var alone = new LedgerPage(1);
            alone.Add(entry);
            await WriteAsync(alone);
        }
    }

    private void Tell(Settlement settlement)
    {
        foreach (var charge in settlement.Charges)
        {
            _knownPrices.Add(charge.Price.Version);
            meters.Charged(charge);
        }

        if (settlement.Cost > (Limits.WarnPerRequest ?? settlement.Cost)) Dear(log, settlement.Hold, settlement.Cost.ToString());
    }

    private void Tell(Guid hold, string became)
    {
        switch (became)
        {
            case "late":
                Late(log, hold);
                break;
            case "over_bound":
                OverBound(log, hold);
                meters.OverBound();
                break;
            default:
                break;
        }
    }

    [LoggerMessage(LogLevel.Error, "The ledger cannot be reached; {Holds} holds and {Settlements} entries of requests that were answered wait")]
    private static partial void Unreachable(ILogger log, int holds, int settlements, Exception broken);

    [LoggerMessage(LogLevel.Critical, "The database refuses the entry of request {Hold}; its hold will be settled at the estimate")]
    private static partial void Rejected(ILogger log, Guid hold, Exception refused);

    [LoggerMessage(LogLevel.Warning, "Spending has reached the warning of these windows: {Windows}")]
    private static partial void Warned(ILogger log, string windows);

    [LoggerMessage(LogLevel.Warning, "Request {Hold} has cost {Dollars} dollars, more than the warning for one request")]
    private static partial void Dear(ILogger log, Guid hold, string dollars);

    [LoggerMessage(LogLevel.Information, "Request {Hold} ended after its hold had expired; what it really cost has taken the place of the estimate")]
    private static partial void Late(ILogger log, Guid hold);

    [LoggerMessage(LogLevel.Error, "Request {Hold} has cost more than the bound it was held at; the charge stands and is flagged")]
    private static partial void OverBound(ILogger log, Guid hold);
}
