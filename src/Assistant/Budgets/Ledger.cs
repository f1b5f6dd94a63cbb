using System.Threading.Channels;
using Npgsql;
using Outpost.Assistant.Catalogue;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>
/// The spending ledger as the requests of this process see it. A hold counts from the commit of its row, or from the moment it is taken out of a lease, which the
/// database counts as held. What is asked of the ledger while one statement is under way goes into the next one together. A settlement is tried until the
/// database has it. While the database is away no hold is taken, so what waits here is bounded by what was under way.
/// </summary>
internal sealed partial class Ledger(NpgsqlDataSource source, BudgetSettings settings, TimeProvider clock, BudgetMeters meters, ILogger<Ledger> log) : IHostedService, IAsyncDisposable
{
    private const int MostAtOnce = 512;
    private const int MostWaiting = 5_000;

    // Whoever outruns the database waits for it like everybody else.
    private const int MostUnwritten = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Nobody waits for what is gathered meanwhile, and ten requests cost the database little more than one.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    private readonly Channel<LedgerEntry> _entries = Channel.CreateUnbounded<LedgerEntry>(new() { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly LeaseBook _leases = new(settings.Leases, clock);
    private readonly ReadDb _db = new(source, null);
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _writing = Task.CompletedTask;
    private Task<bool>? _more;
    private int _waiting;
    private bool _disposed;

    public Limits Limits => settings.Limits;

    public BudgetPolicy Policy => settings.Policy;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(WriteAllAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Returns when everything that has ended is settled and every lease given back, or at the deadline of the host; what is left then expires at its estimate.</summary>
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
    public Task<HoldAnswer> HoldAsync(HoldRequest request, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw BudgetRules.TooMuchWaits();
        }

        if (Volatile.Read(ref _waiting) > MostUnwritten || _leases.Draw(request) is not { } lease) return AskAsync(request, ct);

        var drawn = LedgerEntry.Drawn(request, lease, clock.GetUtcNow());
        if (!_entries.Writer.TryWrite(drawn)) throw Closed();

        return Task.FromResult(new HoldAnswer(null) { Kept = drawn.Answer.Task });
    }

    /// <summary>Raises a hold before a further attempt; what was held before stays held when it is refused.</summary>
    /// <param name="kept">Of the hold, as it was taken.</param>
    /// <exception cref="RuleException">BUDGET_EXCEEDED or SERVICE_UNAVAILABLE</exception>
    public async Task ExtendAsync(Guid hold, Task kept, Spend bound, CancellationToken ct)
    {
        LedgerSql.Taken answer;
        try
        {
            await kept.WaitAsync(Patience, clock, ct);
            answer = await _db.ReadAsync([LedgerSql.Extend(clock.GetUtcNow(), Limits, hold, bound)], async (results, token) => (await results.ListAsync(LedgerSql.ReadTaken, token)).Single(), ct);
        }
        catch (TimeoutException)
        {
            throw BudgetRules.LedgerUnreachable();
        }
        catch (NpgsqlException lost) when (LedgerWriting.IsPassing(lost))
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
        if (!_entries.Writer.TryWrite(LedgerEntry.Ended(settlement))) NotSettled(log, settlement.Hold);
    }

    private async Task<HoldAnswer> AskAsync(HoldRequest request, CancellationToken ct)
    {
        var entry = LedgerEntry.Asked(request, clock.GetTimestamp());
        if (!_entries.Writer.TryWrite(entry)) throw Closed();

        Volatile.Read(ref _asked).TrySetResult();
        // The writer may be waiting for the database with a settlement in its hands, and looks at nothing else meanwhile.
        await using var tired = clock.CreateTimer(static state => ((LedgerEntry)state!).Answer.TrySetException(BudgetRules.LedgerUnreachable()), entry, Patience, Timeout.InfiniteTimeSpan);
        await using var left = ct.UnsafeRegister(static (state, token) => ((LedgerEntry)state!).Answer.TrySetCanceled(token), entry);
        return await entry.Answer.Task;
    }

    private RuleException Closed()
    {
        Interlocked.Decrement(ref _waiting);
        return BudgetRules.LedgerUnreachable();
    }

    private async Task WriteAllAsync()
    {
        var writing = new LedgerWriting(_db, settings, clock, meters, _leases, Patience, log, _giveUp.Token);
        var page = new LedgerPage(MostAtOnce);
        while (await MoreAsync())
        {
            // Cut short by whoever waits, and not by those who do not.
            await Task.WhenAny(_asked.Task, Task.Delay(Gathering, clock));
            Volatile.Write(ref _asked, new(TaskCreationOptions.RunContinuationsAsynchronously));
            while (!page.IsFull && _entries.Reader.TryRead(out var entry))
            {
                // Whoever asked may have gone, and nothing was held yet.
                if (entry is { Request: not null, Lease: null } && entry.Answer.Task.IsCompleted) Interlocked.Decrement(ref _waiting);
                else page.Add(entry);
            }

            await WriteAsync(writing, page);
        }

        _leases.End();
        await WriteAsync(writing, page);
    }

    // Looks in from time to time while there are leases, which have to be given back when nobody uses them.
    private async Task<bool> MoreAsync()
    {
        _more ??= _entries.Reader.WaitToReadAsync().AsTask();
        if (!_more.IsCompleted && _leases.IsOpen && await Task.WhenAny(_more, Task.Delay(LeaseBook.Idle, clock)) != _more) return true;

        var more = await _more;
        _more = null;
        return more;
    }

    private async Task WriteAsync(LedgerWriting writing, LedgerPage page)
    {
        var waited = page.Asked.Count + page.Drawn.Count;
        try
        {
            await writing.WriteAsync(page);
            // Nobody is there any more to settle what these have held.
            foreach (var hold in writing.Unwanted()) _entries.Writer.TryWrite(LedgerEntry.Ended(new(hold, [])));
        }
        catch (Exception broken)
        {
            // The outermost loop: whatever it was, the next requests must not wait for ever, and the holds of these expire at their estimate.
            Broken(log, broken);
            foreach (var entry in page.Asked.Concat(page.Drawn)) entry.Answer.TrySetException(broken);
        }

        Interlocked.Add(ref _waiting, -waited);
        page.Clear();
    }

    [LoggerMessage(LogLevel.Critical, "The ledger's writer failed; what it had in hand is settled at the estimate")]
    private static partial void Broken(ILogger log, Exception broken);

    [LoggerMessage(LogLevel.Error, "Request {Hold} ended after the ledger; its hold will be settled at the estimate")]
    private static partial void NotSettled(ILogger log, Guid hold);
}
