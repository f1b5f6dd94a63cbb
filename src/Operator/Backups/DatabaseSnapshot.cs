using System.Globalization;
using Npgsql;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Backups;

/// <summary>
/// A database as it was at one instant, held for as long as this lives: the dump, the row counts and the rest of the facts are all of the same instant.
/// </summary>
internal sealed class DatabaseSnapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private DatabaseSnapshot(DatabaseSource source, NpgsqlConnection connection, DateTimeOffset takenAt, string id) => (Source, _connection, TakenAt, Id) = (source, connection, takenAt, id);

    public DatabaseSource Source { get; }

    public DateTimeOffset TakenAt { get; }

    /// <summary>By which another session takes the same view.</summary>
    public string Id { get; }

    public int ServerMajor => _connection.PostgreSqlVersion.Major;

    /// <exception cref="TroubleException">The server cannot be reached, or the role cannot read everything.</exception>
    public static async Task<DatabaseSnapshot> TakeAsync(DatabaseSource source, TimeProvider clock, CancellationToken ct)
    {
        var settings = source.Url.ToConnection();
        settings.Pooling = false;
        settings.ApplicationName = "outpost backup";
        settings.CommandTimeout = 0;
        settings.TcpKeepAlive = true;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            await RefuseUnlessItReadsAllAsync(source, connection, ct);
            await ExecuteAsync(connection, "begin isolation level repeatable read read only", ct);
            // Our own clock, by which its age is told later; what was committed before this instant is in it.
            var at = clock.GetUtcNow();
            await using var command = new NpgsqlCommand("select pg_export_snapshot()", connection);
            return new(source, connection, at, (string)(await command.ExecuteScalarAsync(ct))!);
        }
        catch (NpgsqlException e)
        {
            await connection.DisposeAsync();
            throw Unreachable(source, e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<DatabaseFacts> FactsAsync(PostgresTools tools, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            select current_setting('server_version'), d.datname::text,
              (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text,
              pg_database_size(d.oid), pg_encoding_to_char(d.encoding)::text, d.datcollate::text, d.datctype::text, pg_get_userbyid(d.datdba)::text, shobj_description(d.oid, 'pg_database')
            from pg_database d where d.datname = current_database()
            """, _connection);
        object?[] row = new object?[9];
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            await reader.ReadAsync(ct);
            reader.GetValues(row!);
        }

        var rows = await RowsAsync(_connection, ct);
        return new(
            (string)row[0]!, (string)row[1]!, (string)row[2]!, await SchemaAsync(_connection, Source.Subsystem, ct), (long)row[3]!, (string)row[4]!, (string)row[5]!, (string)row[6]!, (string)row[7]!, row[8] as string,
            rows, await AccessAsync(_connection, ct), await RolesAsync(ct), await GrantsAsync(ct), await GlobalsAsync(tools, ct));
    }

    /// <summary>How many rows each table has, as this connection sees them.</summary>
    public static async Task<SortedDictionary<string, long>> RowsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var tables = await ListAsync(connection, """
            select format('%I.%I', n.nspname, c.relname), case n.nspname when 'public' then c.relname::text else n.nspname || '.' || c.relname end
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%'
              and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            order by 1
            """, r => (Quoted: r.GetString(0), Name: r.GetString(1)), ct);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (quoted, name) in tables)
        {
            // Names come from the catalogue, quoted by the server.
            await using var command = new NpgsqlCommand($"select count(*) from only {quoted}", connection) { CommandTimeout = 0 };
            counts[name] = (long)(await command.ExecuteScalarAsync(ct))!;
        }

        return counts;
    }

    /// <summary>Who may do what with each table, and what row-level security says about it, in words that can be compared.</summary>
    public static async Task<SortedDictionary<string, string>> AccessAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var tables = await ListAsync(connection, """
            select case n.nspname when 'public' then c.relname::text else n.nspname || '.' || c.relname end,
              concat_ws(' ', case when c.relrowsecurity then 'rls' end, case when c.relforcerowsecurity then 'forced' end,
                'policies=' || (select count(*) from pg_policy p where p.polrelid = c.oid),
                (select string_agg(g.role || '=' || g.may, ' ' order by g.role) from (
                   select case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end as role, string_agg(a.privilege_type, ',' order by a.privilege_type) as may
                   from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a where a.grantee <> c.relowner group by 1) g),
                (select string_agg(t.attname || ':' || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end || '=' || a.privilege_type, ' ' order by t.attname, a.grantee, a.privilege_type)
                   from pg_attribute t, aclexplode(t.attacl) a where t.attrelid = c.oid and t.attnum > 0))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%'
              and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            """, r => (Table: r.GetString(0), Access: r.GetString(1)), ct);
        return new(tables.ToDictionary(t => t.Table, t => t.Access), StringComparer.Ordinal);
    }

    /// <summary>The newest migration that a database has seen; null when it keeps no such table.</summary>
    public static async Task<string?> SchemaAsync(NpgsqlConnection connection, Subsystem subsystem, CancellationToken ct)
    {
        var journal = $"public.{MigrationSet.From(subsystem.Migrations).Journal}";
        var columns = await ListAsync(connection, $"select attname::text from pg_attribute where attrelid = to_regclass('{journal}') and attnum > 0", r => r.GetString(0), ct);
        if (!columns.Contains("version")) return null;

        await using var command = new NpgsqlCommand($"select {(columns.Contains("name") ? "name" : "version")}::text from {journal} order by version desc limit 1", connection);
        return await command.ExecuteScalarAsync(ct) as string;
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private async Task<List<RoleFacts>> RolesAsync(CancellationToken ct) => await ListAsync(_connection, """
        with here as (select oid from pg_database where datname = current_database()),
        named as (
          select refobjid as oid from pg_shdepend, here where refclassid = 'pg_authid'::regclass and (dbid = here.oid or (classid = 'pg_database'::regclass and objid = here.oid))
          union select datdba from pg_database, here where pg_database.oid = here.oid
          union select polrole from pg_policy, unnest(polroles) as polrole
          union select oid from pg_roles where rolname = current_user)
        select r.rolname::text, r.rolcanlogin, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls,
          array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid order by 1),
          coalesce((select s.setconfig from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase = 0), '{}')
        from named join pg_roles r on r.oid = named.oid where r.rolname not like 'pg\_%' order by 1
        """, r => new RoleFacts(
        r.GetString(0), r.GetBoolean(1), r.GetBoolean(2), r.GetBoolean(3), r.GetBoolean(4), r.GetBoolean(5), r.GetBoolean(6), r.GetFieldValue<string[]>(7), r.GetFieldValue<string[]>(8)), ct);

    private async Task<List<GrantFacts>> GrantsAsync(CancellationToken ct) => await ListAsync(_connection, """
        select case a.grantee when 0 then '' else pg_get_userbyid(a.grantee)::text end, a.privilege_type::text
        from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a where d.datname = current_database() order by 1, 2
        """, r => new GrantFacts(r.GetString(0), r.GetString(1)), ct);

    // For a person who has to set up a server by hand; what a restore needs of it stands in the facts above.
    private async Task<string> GlobalsAsync(PostgresTools tools, CancellationToken ct)
    {
        var run = await ToolRun.OfAsync(PostgresTools.For(tools.DumpAll, Source.Url, "--globals-only", "--no-role-passwords", $"--database={Source.Url.Database}"), ct);
        return run.Code == 0 ? run.Output : throw new TroubleException(TroubleKind.Failed, $"the roles of the server of {Source.Subsystem.Name} could not be read", "fix what pg_dumpall says", run.Evidence);
    }

    private static async Task RefuseUnlessItReadsAllAsync(DatabaseSource source, NpgsqlConnection connection, CancellationToken ct)
    {
        var key = source.UrlKey ?? "the installation's backup role";
        var rights = (await ListAsync(connection, """
            select r.rolname::text, r.rolsuper, r.rolbypassrls or not exists (select from pg_class where relrowsecurity),
              (select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                 and not case c.relkind when 'S' then has_sequence_privilege(c.oid, 'select') else has_table_privilege(c.oid, 'select') end order by 1 limit 1)
            from pg_roles r where r.rolname = current_user
            """, r => (Name: r.GetString(0), Superuser: r.GetBoolean(1), SeesAll: r.GetBoolean(2), Unreadable: r.IsDBNull(3) ? null : r.GetString(3)), ct)).Single();
        var cause = rights switch
        {
            { Superuser: true } => "is a superuser, who could change what is to be kept",
            { SeesAll: false } => "is bound by row-level security: its dump would lack rows, and pg_dump refuses it",
            { Unreadable: { } table } => $"may not read {table}",
            _ => null,
        };
        if (cause is null) return;

        throw new SettingsException(new SettingsProblem(
            key, $"connects as {rights.Name}, which {cause}",
            $"let a superuser create a role that reads everything and writes nothing: create role {source.Subsystem.Name}_backup login bypassrls password '…' in role pg_read_all_data; then set {source.Subsystem.BackupUrlKeys[0]} to it"));
    }

    private static async Task<List<T>> ListAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = new List<T>();
        while (await reader.ReadAsync(ct)) all.Add(read(reader));
        return all;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static TroubleException Unreachable(DatabaseSource source, NpgsqlException e) => new(
        TroubleKind.Failed,
        $"the database of {source.Subsystem.Name} cannot be read at {source.Url.Host}{(source.Url.Host.StartsWith('/') ? "" : string.Create(CultureInfo.InvariantCulture, $":{source.Url.Port}"))}",
        source.UrlKey is null ? "outpost status" : $"see that the server runs and that {source.UrlKey} is right: outpost config check",
        e is PostgresException { SqlState: var state } ? $"PostgreSQL says {state}: {e.Message}" : e.InnerException?.Message ?? e.Message,
        e);
}
