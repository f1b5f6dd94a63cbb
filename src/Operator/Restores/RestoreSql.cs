using System.Globalization;
using Npgsql;
using Outpost.Operator.Backups;

namespace Outpost.Operator.Restores;

/// <summary>The definitions that a restore makes on a server: roles, databases and their names. Definitions take no parameters, so names are quoted here.</summary>
internal static class RestoreSql
{
    /// <summary>Makes the roles that are missing; those that are there keep what they are.</summary>
    /// <param name="passwords">Of the roles that are known by their URLs.</param>
    public static async Task EnsureRolesAsync(NpgsqlConnection admin, DatabaseFacts facts, IReadOnlyDictionary<string, string?> passwords, CancellationToken ct)
    {
        foreach (var role in facts.Roles.Where(r => !r.Superuser))
        {
            if (await ExistsAsync(admin, "select from pg_roles where rolname = $1", role.Name, ct)) continue;

            var password = passwords.GetValueOrDefault(role.Name) is { } known ? $" password {Text(known)}" : "";
            await RunAsync(admin, $"create role {Id(role.Name)} {(role.Login ? "login" : "nologin")} nosuperuser {(role.CreateDatabase ? "createdb" : "nocreatedb")} nocreaterole noreplication "
                + $"{(role.BypassRowSecurity ? "bypassrls" : "nobypassrls")}{password}", ct);
        }

        foreach (var role in facts.Roles.Where(r => !r.Superuser))
        {
            foreach (var group in role.MemberOf)
            {
                if (await ExistsAsync(admin, "select from pg_roles where rolname = $1", group, ct)) await RunAsync(admin, $"grant {Id(group)} to {Id(role.Name)}", ct);
            }

            foreach (var setting in role.Settings.Select(s => s.Split('=', 2)).Where(s => s.Length == 2)) await RunAsync(admin, $"alter role {Id(role.Name)} set {Id(setting[0])} = {Text(setting[1])}", ct);
        }
    }

    /// <summary>Makes an empty database like the one that was dumped, with the same grants on it.</summary>
    public static async Task CreateAsync(NpgsqlConnection admin, string database, string owner, DatabaseFacts facts, CancellationToken ct)
    {
        await DropAsync(admin, database, ct);
        await RunAsync(admin, $"create database {Id(database)} owner {Id(owner)} template template0 encoding {Text(facts.Encoding)} lc_collate {Text(facts.Collate)} lc_ctype {Text(facts.Ctype)}", ct);
        await RunAsync(admin, $"revoke all on database {Id(database)} from public", ct);
        foreach (var grant in facts.Grants.Where(g => g.Grantee != facts.Owner && g.Privilege is "CONNECT" or "TEMPORARY" or "CREATE"))
        {
            if (grant.Grantee.Length > 0 && !await ExistsAsync(admin, "select from pg_roles where rolname = $1", grant.Grantee, ct)) continue;
            await RunAsync(admin, $"grant {grant.Privilege} on database {Id(database)} to {(grant.Grantee.Length == 0 ? "public" : Id(grant.Grantee))}", ct);
        }

        if (facts.Comment is { } comment) await RunAsync(admin, $"comment on database {Id(database)} is {Text(comment)}", ct);
    }

    public static Task DropAsync(NpgsqlConnection admin, string database, CancellationToken ct) => RunAsync(admin, $"drop database if exists {Id(database)} with (force)", ct);

    /// <summary>The databases whose names begin so.</summary>
    public static async Task<IReadOnlyList<string>> DatabasesAsync(NpgsqlConnection admin, string prefix, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select array(select datname::text from pg_database where starts_with(datname, $1) order by 1)", admin);
        command.Parameters.Add(new() { Value = prefix });
        return (string[])(await command.ExecuteScalarAsync(ct))!;
    }

    public static Task<bool> DatabaseExistsAsync(NpgsqlConnection admin, string database, CancellationToken ct) => ExistsAsync(admin, "select from pg_database where datname = $1", database, ct);

    /// <summary>
    /// Puts one database in the place of another in one transaction. The rename waits for the sessions of the old one, which the second connection ends
    /// meanwhile; new ones wait for the rename and then find the new database. Killed at any point it has happened or it has not.
    /// </summary>
    public static async Task SwapAsync(NpgsqlConnection admin, NpgsqlConnection second, string live, string staged, string kept, CancellationToken ct)
    {
        using var renamed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ending = EndSessionsAsync(second, [live, staged], renamed.Token);
        try
        {
            await RunAsync(admin, "begin", ct);
            if (await DatabaseExistsAsync(admin, live, ct)) await RunAsync(admin, $"alter database {Id(live)} rename to {Id(kept)}", ct);
            await RunAsync(admin, $"alter database {Id(staged)} rename to {Id(live)}", ct);
            await RunAsync(admin, "commit", ct);
        }
        finally
        {
            await renamed.CancelAsync();
            await ending;
        }
    }

    private static async Task EndSessionsAsync(NpgsqlConnection connection, string[] databases, CancellationToken until)
    {
        try
        {
            while (true)
            {
                await using (var end = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1) and pid <> pg_backend_pid()", connection))
                {
                    end.Parameters.Add(new() { Value = databases });
                    await end.ExecuteNonQueryAsync(CancellationToken.None);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), until);
            }
        }
        catch (OperationCanceledException)
        {
            // Renamed, or given up.
        }
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = name });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string definition, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(definition, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string Id(string name) => string.Create(CultureInfo.InvariantCulture, $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");

    private static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
