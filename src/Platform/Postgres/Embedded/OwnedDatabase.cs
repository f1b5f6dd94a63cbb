using System.Globalization;
using Npgsql;

namespace Outpost.Platform.Postgres.Embedded;

/// <summary>
/// A database and the three roles that may enter it. The owner migrates, the app is bound by row-level security, the backup reads everything.
/// </summary>
/// <param name="Name">What its roles are named after: <c>fsm</c> gives <c>fsm_owner</c>, <c>fsm_app</c>, <c>fsm_backup</c>.</param>
public sealed record OwnedDatabase(string Name, string Database, string OwnerPassword, string AppPassword, string BackupPassword)
{
    private const string Done = "Outpost: ready";

    public string Owner => Name + "_owner";

    public string App => Name + "_app";

    public string Backup => Name + "_backup";

    /// <summary>Makes what is missing. What is there keeps its data; each step is whole or not there, so this can be cut off anywhere.</summary>
    /// <param name="passwordsAreNew">Set after the secrets were lost: roles that exist get the new passwords.</param>
    internal async Task EnsureAsync(NpgsqlConnection superuser, Func<string, NpgsqlConnection> connectTo, bool passwordsAreNew, CancellationToken ct)
    {
        var (roles, databases) = await WhatIsThereAsync(superuser, ct);
        await RoleAsync(Owner, "nobypassrls", OwnerPassword);
        await RoleAsync(App, "nobypassrls", AppPassword);
        await RoleAsync(Backup, "bypassrls", BackupPassword, "in role pg_read_all_data");
        if (databases.GetValueOrDefault(Database) == Done) return;

        // Nobody keeps the server waiting for ever: a statement of the service that hangs is given up, and a lock is not queued for long.
        await ExecuteAsync(superuser, $"alter role {Id(App)} set statement_timeout = '30s'", ct);
        await ExecuteAsync(superuser, $"alter role {Id(App)} set lock_timeout = '10s'", ct);
        await ExecuteAsync(superuser, $"alter role {Id(App)} set idle_in_transaction_session_timeout = '60s'", ct);
        if (!databases.ContainsKey(Database)) await ExecuteAsync(superuser, $"create database {Id(Database)} owner {Id(Owner)}", ct);

        await using var inside = connectTo(Database);
        await inside.OpenAsync(ct);
        await ExecuteAsync(inside, string.Create(CultureInfo.InvariantCulture, $"""
            begin;
            revoke all on database {Id(Database)} from public;
            grant connect on database {Id(Database)} to {Id(App)}, {Id(Backup)};
            alter schema public owner to pg_database_owner;
            revoke create on schema public from public;
            comment on database {Id(Database)} is {Text(Done)};
            commit;
            """), ct);

        async Task RoleAsync(string role, string rowSecurity, string password, string membership = "")
        {
            if (!roles.Contains(role)) await ExecuteAsync(superuser, $"create role {Id(role)} login nosuperuser nocreatedb nocreaterole noreplication {rowSecurity} password {Text(password)} {membership}", ct);
            else if (passwordsAreNew) await ExecuteAsync(superuser, $"alter role {Id(role)} password {Text(password)}", ct);
        }
    }

    private static async Task<(HashSet<string> Roles, Dictionary<string, string?> Databases)> WhatIsThereAsync(NpgsqlConnection superuser, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            select rolname, true, null from pg_roles
            union all
            select datname, false, shobj_description(oid, 'pg_database') from pg_database
            """, superuser);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (roles, databases) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, string?>(StringComparer.Ordinal));
        while (await reader.ReadAsync(ct))
        {
            if (reader.GetBoolean(1)) roles.Add(reader.GetString(0));
            else databases[reader.GetString(0)] = reader.IsDBNull(2) ? null : reader.GetString(2);
        }

        return (roles, databases);
    }

    // Definitions take no parameters, so names and texts are quoted here.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string definition, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(definition, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string Id(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
