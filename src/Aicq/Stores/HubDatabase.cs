using System.Diagnostics;
using Npgsql;
using Outpost.Aicq.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Aicq.Stores;

/// <summary>A store that a request needs cannot be reached; the caller is told to come back.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The hub's way to PostgreSQL, where agents and rooms stand. Nobody waits for a server that is known to be away: the first who notices tells the others, and they
/// are refused at once until it answers again.
/// </summary>
internal sealed partial class HubDatabase(NpgsqlDataSource source, HubMetrics metrics, ILogger<HubDatabase> log) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), BetweenProbes = TimeSpan.FromMilliseconds(100);

    private readonly ReadDb _read = new(source, null);
    private readonly CancellationTokenSource _end = new();
    private int _away;

    /// <exception cref="StoreUnavailableException">PostgreSQL cannot be reached, or does not answer within a second.</exception>
    public Task<T> ReadAsync<T>(Func<ReadDb, CancellationToken, Task<T>> question, CancellationToken ct) => RunAsync(stop => question(_read, stop), ct);

    /// <summary>One transaction, committed when <paramref name="work"/> returns.</summary>
    /// <exception cref="StoreUnavailableException">As above; whether it was kept is then not known.</exception>
    public Task<T> WriteAsync<T>(Func<Db, CancellationToken, Task<T>> work, CancellationToken ct) => RunAsync(async stop =>
    {
        await using var db = new Db(source, null);
        var result = await work(db, stop);
        await db.CommitAsync(stop);
        return result;
    }, ct);

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        if (Volatile.Read(ref _away) != 0) throw new StoreUnavailableException("PostgreSQL is away");

        var started = Stopwatch.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        stop.CancelAfter(Patience);
        var asked = work(stop.Token);
        try
        {
            // A server that hangs does not hear a cancellation either, so nobody waits until it has.
            var result = await asked.WaitAsync(Patience, ct);
            metrics.PostgresTook(Stopwatch.GetElapsedTime(started));
            return result;
        }
        catch (TimeoutException e)
        {
            _ = asked.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw Away(e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw Away(e);
        }
        catch (NpgsqlException e) when (IsLoss(e))
        {
            throw Away(e);
        }
    }

    // A PostgresException is an answer of a server that can be reached, except for the codes with which it says that it is going away or full.
    private static bool IsLoss(NpgsqlException e) => e is not PostgresException server || server.SqlState is ['5', '7', 'P', ..] or ['0', '8', ..] or "53300";

    private StoreUnavailableException Away(Exception cause)
    {
        if (Interlocked.Exchange(ref _away, 1) == 0)
        {
            Lost(log, cause.GetType().Name);
            _ = ProbeAsync();
        }

        return new("PostgreSQL cannot be reached", cause);
    }

    private async Task ProbeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(BetweenProbes, TimeProvider.System, _end.Token);
                using var soon = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                soon.CancelAfter(Patience);
                await _read.ValueAsync<int>($"select 1", soon.Token);
                Volatile.Write(ref _away, 0);
                Found(log);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException or ObjectDisposedException)
            {
                // Still away, or we are ending.
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "PostgreSQL cannot be reached")]
    private static partial void Lost(ILogger log, string cause);

    [LoggerMessage(LogLevel.Information, "PostgreSQL answers again")]
    private static partial void Found(ILogger log);
}
