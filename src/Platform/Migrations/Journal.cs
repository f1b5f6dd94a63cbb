using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>A migration that this database has seen.</summary>
/// <param name="Checksum">Of the file as it was then, see <see cref="Migration.Checksum"/>.</param>
/// <param name="AppliedBy">The database role.</param>
/// <param name="ToolVersion">The version of Outpost that applied it.</param>
public sealed record AppliedMigration(long Version, string Name, string Checksum, DateTimeOffset AppliedAt, string AppliedBy, TimeSpan Duration, string ToolVersion);

/// <summary>The table <c>schema_migrations</c>, or the one that the set of migrations names: one row for each applied migration.</summary>
internal static class Journal
{
    private static readonly string[] Columns = ["applied_at", "applied_by", "checksum", "duration_ms", "name", "tool_version", "version"];

    public static string ToolVersion { get; } = typeof(Journal).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <returns>What was applied, by number; empty when there is no journal yet.</returns>
    /// <exception cref="MigrationException">Another tool keeps a table of this name.</exception>
    public static async Task<IReadOnlyList<AppliedMigration>> ReadAsync(NpgsqlConnection connection, string table, CancellationToken ct)
    {
        if (!await ExistsAsync(connection, table, ct)) return [];

        await using var command = Unhurried(connection,
            $"select version, name, checksum, applied_at, applied_by, duration_ms, tool_version from public.{table} order by version");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new List<AppliedMigration>();
        while (await reader.ReadAsync(ct))
        {
            applied.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), new DateTimeOffset(reader.GetDateTime(3)), reader.GetString(4),
                TimeSpan.FromMilliseconds(reader.GetInt64(5)), reader.GetString(6)));
        }

        return applied;
    }

    public static async Task CreateAsync(NpgsqlConnection connection, string table, CancellationToken ct)
    {
        if (await ExistsAsync(connection, table, ct)) return;

        // The app role reads it at start, to refuse to serve on a schema it does not know.
        await using var command = Unhurried(connection, $"""
            create table public.{table} (
              version bigint not null,
              name text not null,
              checksum text not null,
              applied_at timestamptz not null default now(),
              applied_by text not null default session_user,
              duration_ms bigint not null,
              tool_version text not null,
              constraint each_migration_is_applied_once primary key (version)
            );
            grant select on public.{table} to public;
            """);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task AddAsync(NpgsqlConnection connection, string table, Migration migration, TimeSpan duration, CancellationToken ct)
    {
        await using var command = Unhurried(connection,
            $"insert into public.{table} (version, name, checksum, duration_ms, tool_version) values ($1, $2, $3, $4, $5)");
        command.Parameters.Add(new() { Value = migration.Version });
        command.Parameters.Add(new() { Value = migration.Name });
        command.Parameters.Add(new() { Value = migration.Checksum });
        command.Parameters.Add(new() { Value = (long)duration.TotalMilliseconds });
        command.Parameters.Add(new() { Value = ToolVersion });
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task RemoveAsync(NpgsqlConnection connection, string table, long version, CancellationToken ct)
    {
        await using var command = Unhurried(connection, $"delete from public.{table} where version = $1");
        command.Parameters.Add(new() { Value = version });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A command that may take as long as it takes: a migration of a large table is not cut off after half a minute.</summary>
    public static NpgsqlCommand Unhurried(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string table, CancellationToken ct)
    {
        await using var command = Unhurried(connection, $"""
            select attname::text from pg_attribute
            where attrelid = to_regclass('public.{table}') and attnum > 0 and not attisdropped order by 1
            """);
        var found = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct)) found.Add(reader.GetString(0));
        }

        if (found.Count == 0) return false;
        if (Columns.All(found.Contains)) return true;
        throw found is ["dirty", "version"] ? await GolangMigrateAsync(connection, ct) : MigrationFaults.ForeignJournal(connection.Database, found);
    }

    private static async Task<MigrationException> GolangMigrateAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = Unhurried(connection, "select version, dirty from public.schema_migrations limit 1");
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? MigrationFaults.GolangMigrate(connection.Database, reader.GetInt64(0), reader.GetBoolean(1))
            : MigrationFaults.GolangMigrate(connection.Database, null, false);
    }
}
