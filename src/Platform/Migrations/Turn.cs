using System.Globalization;
using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>
/// The right to migrate a database, held by one process at a time as a session-level advisory lock. It is taken on the connection that
/// migrates, so that losing the connection loses the work and the right together.
/// </summary>
internal sealed class Turn : IAsyncDisposable
{
    // "outpost" as a number: any constant does, as long as every build uses the same one.
    private const long Key = 0x6F7574706F7374;

    private readonly NpgsqlConnection _connection;

    private Turn(NpgsqlConnection connection) => _connection = connection;

    /// <summary>
    /// Waits for the turn by asking again and again. Waiting inside PostgreSQL would hold a snapshot, for which a concurrent index build of
    /// the process whose turn it is would wait in return.
    /// </summary>
    public static async Task<Turn> TakeAsync(NpgsqlConnection connection, TimeSpan patience, TimeProvider clock, Action<string>? say, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var told = false;
        while (true)
        {
            await using var ask = Journal.Unhurried(connection, $"select pg_try_advisory_lock({Key})");
            if (await ask.ExecuteScalarAsync(ct) is true) return new(connection);

            if (!told || clock.GetElapsedTime(started) > patience)
            {
                var holder = await HolderAsync(connection, ct);
                if (told) throw MigrationFaults.TurnNotCome(patience, holder);

                say?.Invoke($"Waiting for another process that is migrating: {holder} ...");
                told = true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A pool would keep the session, and with it the lock, long after this process thinks it is done.
        if (_connection.FullState != System.Data.ConnectionState.Open) return;

        try
        {
            await using var release = Journal.Unhurried(_connection, $"select pg_advisory_unlock({Key})");
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The session is gone, and the lock with it; why the work ended is more worth telling.
        }
    }

    private static async Task<string> HolderAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var ask = Journal.Unhurried(connection, string.Create(CultureInfo.InvariantCulture, $"""
            select a.pid, a.usename::text, a.application_name, a.client_addr::text, to_char(a.backend_start at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS')
            from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.classid = {Key >> 32} and l.objid = {Key & 0xFFFFFFFF}
              and l.database = (select oid from pg_database where datname = current_database())
            """));
        await using var reader = await ask.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? $"pid {reader.GetInt32(0)} of role {Text(reader, 1)}{(Text(reader, 2) is { Length: > 0 } name ? $" ({name})" : "")} from {Text(reader, 3) ?? "this machine"}, connected since {Text(reader, 4)} UTC"
            : "one that has just ended";
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
