using System.Threading.Channels;
using Npgsql;
using Outpost.Assistant.Catalogue;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>
/// The spending ledger as the requests of this process see it. What is asked of it while one statement is under way goes into the next one together, so
/// that a single caller waits for one round trip and many share it. Nothing is kept in memory that money depends on: a hold counts from the commit of its row,
/// and a settlement is tried until the database has it. While the database is away no hold is taken, so what waits here is bounded by what was under way.
/// </summary>
internal sealed partial class Ledger(NpgsqlDataSource source, BudgetSettings settings, TimeProvider clock, BudgetMeters meters, ILogger<Ledger> log) : IHostedService, IAsyncDisposable
{
    private const int MostAtOnce = 256;
    private const int MostWaiting = 5_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromSeconds(2);

    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly ReadDb _db = new(source, null);
    private readonly HashSet<string> _knownPrices = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _giveUp = new();
    private Task _writing = Task.CompletedTask;
    private int _waiting;
    private bool _disposed;

    public Limits Limits => settings.Limits;

    public BudgetPolicy Policy => settings.Policy;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(WriteAllAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Returns when everything that has ended is settled, or at the deadline of the host; what is left then expires at its estimate.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete();
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        // The container holds it twice, as itself and as a hosted service.
        if (Interlocked.Exchange(ref _disposed, true)) return;

        _entries.Writer.TryComplete();
        await _giveUp.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _giveUp.Dispose();
    }

    /// <summary>Takes a hold, as a whole or not at all. Once it is taken, <see cref="Settle"/> has to be called, whatever happens.</summary>
    /// <exception cref="RuleException">SERVICE_UNAVAILABLE: the database did not answer in time; nothing is held.</exception>
    public async Task<HoldAnswer> HoldAsync(HoldRequest request, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw BudgetRules.TooMuchWaits();
        }

        var entry = new Entry(request, clock.GetTimestamp());
        if (!_entries.Writer.TryWrite(entry))
        {
            Interlocked.Decrement(ref _waiting);
            throw BudgetRules.LedgerUnreachable();
        }

        // The writer may be waiting for the database with a settlement in its hands, and looks at nothing else meanwhile.
        await using var tired = clock.CreateTimer(static state => ((Entry)state!).Answer!.TrySetException(BudgetRules.LedgerUnreachable()), entry, Patience, Timeout.InfiniteTimeSpan);
        await using var left = ct.UnsafeRegister(static (state, token) => ((Entry)state!).Answer!.TrySetCanceled(token), entry);
        return await entry.Answer!.Task;
    }

    /// <summary>Raises a hold before a further attempt; what was held before stays held when it is refused.</summary>
    /// <exception cref="RuleException">BUDGET_EXCEEDED or SERVICE_UNAVAILABLE</exception>
    public async Task ExtendAsync(Guid hold, Spend bound, CancellationToken ct)
    {
        LedgerSql.Taken answer;
        try
        {
            answer = await _db.ReadAsync([LedgerSql.Extend(clock.GetUtcNow(), Limits, hold, bound)], async (results, token) => (await results.ListAsync(LedgerSql.ReadTaken, token)).Single(), ct);
        }
        catch (NpgsqlException lost) when (IsPassing(lost))
        {
            throw BudgetRules.LedgerUnreachable();
        }

        if (answer.Released) throw BudgetRules.HoldIsOver();
        if (answer.Refused is { } refusal) throw BudgetRules.Exceeded(refusal);
    }

    /// <summary>Ends a hold with what was spent. Returns at once; the rest is seen to here, however long it takes.</summary>
    public void Settle(Settlement settlement)
    {
        // After the end of the host nobody writes any more: the hold then expires at its estimate.
        if (!_entries.Writer.TryWrite(new Entry(settlement))) NotSettled(log, settlement.Hold);
    }

    private async Task WriteAllAsync()
    {
        List<Entry> holds = new(MostAtOnce), ended = new(MostAtOnce);
        while (await _entries.Reader.WaitToReadAsync())
        {
            while (holds.Count + ended.Count < MostAtOnce && _entries.Reader.TryRead(out var entry))
            {
                if (entry.Request is null) ended.Add(entry);
                else if (!entry.Answer!.Task.IsCompleted) holds.Add(entry);
                // Whoever asked has gone, and nothing was held yet.
                else Interlocked.Decrement(ref _waiting);
            }

            if (holds.Count + ended.Count == 0) continue;

            try
            {
                await WriteAsync(holds, ended);
            }
            catch (Exception broken)
            {
                // The outermost loop: whatever it was, the next requests must not wait for ever, and the holds of these expire at their estimate.
                Broken(log, broken);
                foreach (var entry in holds.Where(entry => entry.Answer!.TrySetException(broken))) Interlocked.Decrement(ref _waiting);
            }

            holds.Clear();
            ended.Clear();
        }
    }

    // Tries until the settlements are kept; the holds beside them only as long as their callers have patience.
    private async Task WriteAsync(List<Entry> holds, List<Entry> ended)
    {
        var (retry, pause) = (false, TimeSpan.FromMilliseconds(50));
        while (holds.Count + ended.Count > 0)
        {
            try
            {
                await WriteOnceAsync(holds, ended, retry);
                return;
            }
            catch (NpgsqlException broken) when (IsPassing(broken))
            {
                Unreachable(log, holds.Count, ended.Count, broken);
            }
            catch (PostgresException refused)
            {
                await WriteOneByOneAsync(holds, ended, refused);
                return;
            }

            retry = true;
            if (_giveUp.IsCancellationRequested) return;

            await Task.Delay(pause, clock, _giveUp.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            GiveUpOn(holds, ended);
        }
    }

    private async Task WriteOnceAsync(List<Entry> holds, List<Entry> ended, bool retry)
    {
        var now = clock.GetUtcNow();
        var statements = new List<Sql>(2);
        if (ended.Count > 0)
        {
            foreach (var price in ended.SelectMany(entry => entry.Settlement!.Charges).Select(charge => charge.Price).Where(price => !_knownPrices.Contains(price.Version)).Distinct())
                statements.Add(LedgerSql.Price(price));
            statements.Add(LedgerSql.Settle(now, durable: holds.Count > 0, ended.ConvertAll(entry => entry.Settlement!)));
        }

        if (holds.Count > 0)
        {
            // Those of one key stand together: its budget is then read and written once.
            holds.Sort(static (one, other) => Nullable.Compare(one.Request!.For.Key, other.Request!.For.Key));
            statements.Add(LedgerSql.Hold(now, Limits, retry, holds.ConvertAll(entry => entry.Request!)));
        }

        var (odd, taken) = await _db.ReadAsync([.. statements], async (results, ct) =>
            (ended.Count > 0 ? await results.ListAsync(LedgerSql.ReadOddity, ct) : [], holds.Count > 0 ? await results.ListAsync(LedgerSql.ReadTaken, ct) : []),
            CancellationToken.None);

        foreach (var entry in ended)
        {
            foreach (var charge in entry.Settlement!.Charges)
            {
                _knownPrices.Add(charge.Price.Version);
                meters.Charged(charge);
            }

            if (entry.Settlement.Cost > (Limits.WarnPerRequest ?? entry.Settlement.Cost)) Dear(log, entry.Settlement.Hold, entry.Settlement.Cost.ToString());
        }

        foreach (var (hold, became) in odd) Tell(hold, became);
        for (var i = 0; i < taken.Count; i++) Answer(holds[i], taken[i]);
    }

    private void Answer(Entry entry, LedgerSql.Taken taken)
    {
        Interlocked.Decrement(ref _waiting);
        if (taken.Warned is { } windows) Warned(log, windows);
        if (taken.Refused is { } refusal) meters.Refused(refusal);

        if (taken.Released) entry.Answer!.TrySetException(BudgetRules.LedgerUnreachable());
        // Whoever asked may have gone meanwhile; then nobody is going to settle it.
        else if (!entry.Answer!.TrySetResult(new(taken.Refused)) && taken.Refused is null) _entries.Writer.TryWrite(new(new Settlement(taken.Hold, [])));
    }

    // Whether a hold was taken by a statement that was never answered is not known. The release keeps it from coming to life later.
    private void GiveUpOn(List<Entry> holds, List<Entry> ended)
    {
        for (var i = holds.Count - 1; i >= 0; i--)
        {
            var entry = holds[i];
            if (clock.GetElapsedTime(entry.Since) < Patience && !entry.Answer!.Task.IsCompleted) continue;

            holds.RemoveAt(i);
            ended.Add(new(new Settlement(entry.Request!.Id, [])));
            Interlocked.Decrement(ref _waiting);
            entry.Answer!.TrySetException(BudgetRules.LedgerUnreachable());
        }
    }

    // One that the database does not take must not keep the others back.
    private async Task WriteOneByOneAsync(List<Entry> holds, List<Entry> ended, PostgresException refused)
    {
        if (holds.Count + ended.Count == 1)
        {
            Rejected(log, (holds.FirstOrDefault()?.Request?.Id ?? ended.FirstOrDefault()?.Settlement?.Hold).GetValueOrDefault(), refused);
            if (holds is not [var one]) return;

            Interlocked.Decrement(ref _waiting);
            one.Answer!.TrySetException(refused);
            return;
        }

        foreach (var entry in ended.ToArray()) await WriteAsync([], [entry]);
        foreach (var entry in holds.ToArray()) await WriteAsync([entry], []);
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

    // Only what is wrong with the values themselves (classes 22 and 23) stays wrong. Everything else, a server that starts, a database that is being swapped or a
    // password that is being changed, passes; a settlement waits for that however long it takes.
    private static bool IsPassing(NpgsqlException e) => e is not PostgresException { SqlState: ['2', '2' or '3', ..] };

    private sealed class Entry
    {
        public Entry(HoldRequest request, long since) => (Request, Since, Answer) = (request, since, new(TaskCreationOptions.RunContinuationsAsynchronously));

        public Entry(Settlement settlement) => Settlement = settlement;

        public HoldRequest? Request { get; }

        public long Since { get; }

        public TaskCompletionSource<HoldAnswer>? Answer { get; }

        public Settlement? Settlement { get; }
    }

    [LoggerMessage(LogLevel.Error, "The ledger cannot be reached; {Holds} holds and {Settlements} settlements wait")]
    private static partial void Unreachable(ILogger log, int holds, int settlements, Exception broken);

    [LoggerMessage(LogLevel.Critical, "The ledger's writer failed; what it had in hand is settled at the estimate")]
    private static partial void Broken(ILogger log, Exception broken);

    [LoggerMessage(LogLevel.Critical, "The database refuses the entry of request {Hold}; its hold will be settled at the estimate")]
    private static partial void Rejected(ILogger log, Guid hold, Exception refused);

    [LoggerMessage(LogLevel.Error, "Request {Hold} ended after the ledger; its hold will be settled at the estimate")]
    private static partial void NotSettled(ILogger log, Guid hold);

    [LoggerMessage(LogLevel.Warning, "Spending has reached the warning of these windows: {Windows}")]
    private static partial void Warned(ILogger log, string windows);

    [LoggerMessage(LogLevel.Warning, "Request {Hold} has cost {Dollars} dollars, more than the warning for one request")]
    private static partial void Dear(ILogger log, Guid hold, string dollars);

    [LoggerMessage(LogLevel.Information, "Request {Hold} ended after its hold had expired; what it really cost has taken the place of the estimate")]
    private static partial void Late(ILogger log, Guid hold);

    [LoggerMessage(LogLevel.Error, "Request {Hold} has cost more than the bound it was held at; the charge stands and is flagged")]
    private static partial void OverBound(ILogger log, Guid hold);
}
