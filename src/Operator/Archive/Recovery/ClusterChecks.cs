using System.Globalization;
using Npgsql;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>Looks at a cluster that came back as a service will: it signs in, is bound by row-level security, may read its tables, and they hold what they hold.</summary>
internal static class ClusterChecks
{
    private sealed record Table(string Schema, string Name, bool Tenant);

    /// <exception cref="TroubleException">A service could not work with it.</exception>
    public static async Task<RestoredCluster.Database> LookAsync(ScratchCluster scratch, ServiceLogin login, string superuser, Action<string> say, CancellationToken ct)
    {
        await using var everything = scratch.Source(superuser, null, login.Url.Database);
        var tables = await TablesAsync(everything, login, ct);
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using (var counting = await everything.OpenConnectionAsync(ct))
        {
            foreach (var table in tables) rows[table.Schema == "public" ? table.Name : $"{table.Schema}.{table.Name}"] = await CountAsync(counting, table, ct);
        }

        await using var app = await SignInAsync(scratch, login, everything, say, ct);
        try
        {
            await AppRole.RefuseIfItCanBypassAsync(app, login.UrlKey, ct);
        }
        catch (SettingsException e)
        {
            throw new TroubleException(TroubleKind.Failed, $"the restored {login.Url.Database} does not bind its service to row-level security", "choose another instant, or restore a dump: outpost restore --file FILE", e.Message, e);
        }

        await using var service = await app.OpenConnectionAsync(ct);
        foreach (var table in tables.Where(t => t.Tenant))
        {
            var seen = await AsServiceAsync(service, login, table, ct);
            if (seen > 0) throw new TroubleException(TroubleKind.Failed, $"row-level security does not hold in the restored {login.Url.Database}: {table.Name} shows {seen} rows to nobody's account", "choose another instant, or restore a dump: outpost restore --file FILE");
        }

        return new(login.System, login.Url.Database, rows);
    }

    private static async Task<List<Table>> TablesAsync(NpgsqlDataSource source, ServiceLogin login, CancellationToken ct)
    {
        try
        {
            await using var db = new Db(source, null);
            return await db.ListAsync<Table>($"""
                select n.nspname::text as schema, c.relname::text as name,
                  (c.relrowsecurity and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped)) as tenant
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'outpost')
                order by 1, 2
                """, ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            throw new TroubleException(TroubleKind.Failed, $"the restored cluster has no database {login.Url.Database}", "choose an instant at which it was there: outpost restore --time …", e.Message, e);
        }
    }

    // The passwords that the installation holds are the ones that count; after a return to an older instant the roles may still have those of then.
    private static async Task<NpgsqlDataSource> SignInAsync(ScratchCluster scratch, ServiceLogin login, NpgsqlDataSource superuser, Action<string> say, CancellationToken ct)
    {
        var app = scratch.Source(login.Url.User, login.Url.Password, login.Url.Database);
        try
        {
            await using var first = await app.OpenConnectionAsync(ct);
            return app;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification && login.Url.Password is not null)
        {
            say($"{login.Url.User} had another password then; it gets the present one");
            await using var command = superuser.CreateCommand($"alter role {Id(login.Url.User)} password {Text(login.Url.Password)}");
            await command.ExecuteNonQueryAsync(ct);
            return app;
        }
    }

    private static async Task<long> AsServiceAsync(NpgsqlConnection app, ServiceLogin login, Table table, CancellationToken ct)
    {
        try
        {
            return await CountAsync(app, table, ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // A table that the service only writes to, or never sees, need not be readable; one that nobody was granted anything on is a lost grant.
            return await GrantedAsync(app, table, ct) ? 0 : throw new TroubleException(TroubleKind.Failed, $"{login.Url.User} has no rights on {table.Name} in the restored {login.Url.Database}", "choose another instant, or restore a dump: outpost restore --file FILE", e.Message, e);
        }
    }

    private static async Task<bool> GrantedAsync(NpgsqlConnection app, Table table, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select has_any_column_privilege($1::text, 'select') or has_table_privilege($1::text, 'insert, update, delete')", app);
        command.Parameters.Add(new() { Value = $"{Id(table.Schema)}.{Id(table.Name)}" });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    // A name cannot be a parameter.
    private static async Task<long> CountAsync(NpgsqlConnection connection, Table table, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"select count(*) from {Id(table.Schema)}.{Id(table.Name)}"), connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static string Id(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
