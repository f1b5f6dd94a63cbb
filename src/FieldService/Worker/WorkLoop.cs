using Npgsql;
using Outpost.FieldService.Automations;
using Outpost.FieldService.Messages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Worker;

/// <summary>
/// The worker: looks what is due, does it, and waits to be woken or for the next look. Letters go out beside it, so that a slow mail server keeps nothing else
/// waiting. Whatever goes wrong is logged, and it goes on; a database that is away is waited for.
/// </summary>
internal sealed partial class WorkLoop(
    WorkerSettings settings, Companies companies, RunAutomations automations, DoChores chores, SendMessages messages, NpgsqlDataSource source, TimeProvider clock, ILogger<WorkLoop> log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30), WorkersFor = TimeSpan.FromDays(1);
    private readonly string _name = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid().ToString("n")[..8]}";
    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private readonly SemaphoreSlim _toDo = new(0, 1), _toSend = new(0, 1);

    /// <summary>Everything that is due at this moment: automations, chores, then messages.</summary>
    internal async Task PollAsync(CancellationToken stop)
    {
        await LookAsync(stop);
        await messages.DrainAsync(settings.AtOnce, stop);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Started(log, (long)settings.Every.TotalMilliseconds, settings.AtOnce);
        return Task.WhenAll(
            AgainAndAgainAsync(LookAsync, _toDo, stoppingToken),
            AgainAndAgainAsync(async stop => await messages.DrainAsync(settings.AtOnce, stop), _toSend, stoppingToken),
            ListenAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken stop)
    {
        await companies.RefreshAsync(stop);
        await BeatAsync(stop);
        await automations.RunAsync(settings.AtOnce, stop);
        await chores.DoAsync(settings.AtOnce, stop);
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        await using var db = new Db(source, null);
        var now = clock.GetUtcNow();
        await ChoreSql.Beat(db, _name, _started, now, ct);
        await ChoreSql.Forget(db, now - WorkersFor, ct);
        await db.CommitAsync(ct);
    }

    private async Task AgainAndAgainAsync(Func<CancellationToken, Task> look, SemaphoreSlim wake, CancellationToken stop)
    {
        // Away from whoever starts the host.
        await Task.Yield();
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await look(stop);
                failures = 0;
                await wake.WaitAsync(settings.Every, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) // The outermost loop of the worker: it outlives everything.
            {
                Failed(log, e);
                var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, 0.5 * (1 << Math.Min(failures++, 6))));
                await Task.Delay(pause < settings.Every ? pause : settings.Every, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Being woken is a convenience: without it everything happens at the next look.
    private async Task ListenAsync(CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stop);
                connection.Notification += (_, _) => Wake();
                await using (var listen = new NpgsqlCommand("listen fsm_worker", connection)) await listen.ExecuteNonQueryAsync(stop);
                // What became due while nobody listened.
                Wake();
                while (true) await connection.WaitAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) // The outermost loop of listening, as above.
            {
                NotListening(log, e.Message);
                await Task.Delay(settings.Every < LongestPause ? settings.Every : LongestPause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Wake()
    {
        foreach (var wake in new[] { _toDo, _toSend })
        {
            lock (wake)
            {
                if (wake.CurrentCount == 0) wake.Release();
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _toDo.Dispose();
        _toSend.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "worker started")]
    private static partial void Started(ILogger log, long pollMs, int concurrency);

    [LoggerMessage(LogLevel.Error, "worker poll failed")]
    private static partial void Failed(ILogger log, Exception e);

    [LoggerMessage(LogLevel.Warning, "worker is not woken by the database and looks by itself: {Problem}")]
    private static partial void NotListening(ILogger log, string problem);
}
