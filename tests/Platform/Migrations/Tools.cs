using Npgsql;
using Outpost.Platform.Migrations;

namespace Outpost.Platform.Tests.Migrations;

/// <summary>The schema that the tests of this folder migrate.</summary>
internal static class Tools
{
    public static MigrationSet Embedded { get; } = MigrationSet.From(typeof(Tools).Assembly);

    public static MigrationSet Two { get; } = MigrationSet.Of(
        ("0001_tools.sql", "create table tools (name text);"),
        ("0002_shelves.sql", "create table shelves (name text);"));

    public static MigrationSet Plus(this MigrationSet set, params (string File, string Text)[] files) =>
        MigrationSet.Of([.. set.Migrations.Select(m => (m.File, m.Text)), .. files]);

    public static async Task<T?> ValueAsync<T>(this NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(ct) is T value ? value : default;
    }

    public static async Task RunAsync(this NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<string[]> TablesAsync(this NpgsqlDataSource source, CancellationToken ct) =>
        await source.ValueAsync<string[]>("select coalesce(array_agg(tablename::text order by tablename), '{}') from pg_tables where schemaname = 'public'", ct) ?? [];
}
