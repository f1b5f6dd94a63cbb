using System.Diagnostics;
using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>Brings a database to the schema of this build. Any number of processes may try at once: each migration is applied once.</summary>
/// <param name="owner">Connections of the role that owns the tables.</param>
/// <param name="set">What this build knows.</param>
/// <param name="say">Told one line for each step, for a person to read.</param>
public sealed class Migrator(NpgsqlDataSource owner, MigrationSet set, Action<string>? say = null)
{
    // "outpost\0" as a number: any constant does, as long as every build uses the same one.
    private const long LockKey = 0x6F7574706F737400;

    /// <summary>Applies what is pending.</summary>
    /// <returns>What was applied, in order.</returns>
    public async Task<IReadOnlyList<Migration>> UpAsync(CancellationToken ct)
    {
        await using var connection = await owner.OpenConnectionAsync(ct);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", ct);
        await ExecuteAsync(connection, """
            create table if not exists schema_migrations (
              version bigint primary key, name text not null, checksum text not null, applied_at timestamptz not null default now(),
              applied_by text not null default session_user, duration_ms bigint not null, tool_version text not null)
            """, ct);

        var applied = new HashSet<long>();
        await using (var command = new NpgsqlCommand("select version from schema_migrations", connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct)) applied.Add(reader.GetInt64(0));
        }

        var pending = set.Migrations.Where(m => !applied.Contains(m.Version)).ToArray();
        foreach (var migration in pending)
        {
            say?.Invoke($"Applying {migration.File} ...");
            var started = Stopwatch.GetTimestamp();
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await ExecuteAsync(connection, migration.Text, ct);
            await using var record = new NpgsqlCommand(
                "insert into schema_migrations (version, name, checksum, duration_ms, tool_version) values ($1, $2, $3, $4, $5)", connection)
            {
                Parameters =
                {
                    new() { Value = migration.Version },
                    new() { Value = migration.Name },
                    new() { Value = migration.Checksum },
                    new() { Value = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds },
                    new() { Value = typeof(Migrator).Assembly.GetName().Version!.ToString(3) },
                },
            };
            await record.ExecuteNonQueryAsync(ct);
            await transaction.CommitAsync(ct);
        }

        await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", ct);
        return pending;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
