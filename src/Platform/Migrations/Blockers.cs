using System.Globalization;
using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>
/// Watches, from a second connection, whom a migrating session waits for. PostgreSQL can say it only while the wait lasts,
/// and it ends the wait without a name.
/// </summary>
internal sealed class Blockers : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;
    private volatile string? _last;

    public Blockers(NpgsqlDataSource source, int pid, TimeSpan lockTimeout, TimeProvider clock, Action<string>? say)
    {
        var pause = TimeSpan.FromMilliseconds(Math.Clamp(lockTimeout.TotalMilliseconds / 8, 20, 1000));
        _watching = WatchAsync(source, pid, pause, clock, say, _end.Token);
    }

    /// <summary>Who was last seen in the way: pid, role, state and age, never what it asks.</summary>
    public string? Last => _last;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync(NpgsqlDataSource source, int pid, TimeSpan pause, TimeProvider clock, Action<string>? say, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(pause, clock, ct);
                if (await LookAsync(source, pid, ct) is not { } blocker) continue;

                if (_last is null) say?.Invoke($"Waiting for a lock held by {blocker} ...");
                _last = blocker;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The migration has ended.
        }
        catch (NpgsqlException)
        {
            // To watch is a courtesy; that the server is gone is reported by the session that migrates.
        }
    }

    // What a session of another role is doing is shown only to members of pg_read_all_stats.
    private static async Task<string?> LookAsync(NpgsqlDataSource source, int pid, CancellationToken ct)
    {
        await using var ask = source.CreateCommand(string.Create(CultureInfo.InvariantCulture, $"""
            select format('pid %s of role %s', pid, usename)
              || case when state is null then '' else format(' (%s for %s s%s)', state, extract(epoch from now() - xact_start)::int, nullif(', ' || application_name, ', ')) end
            from pg_stat_activity where pid = any(pg_blocking_pids({pid})) order by xact_start limit 1
            """));
        return await ask.ExecuteScalarAsync(ct) as string;
    }
}
