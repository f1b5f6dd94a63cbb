using Npgsql;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

/// <summary>The second fence around each account, looked at in the database itself: a table that is added without it fails here.</summary>
public sealed class TenantTables(PostgresServer postgres)
{
    // What belongs to no account, each for its reason: the root of the accounts, the moves, the guard before anybody is known, the migrations,
    // the signs of life of the workers.
    private static readonly string[] Global = ["accounts", "login_attempts", "schema_migrations", "state_moves", "worker_heartbeats"];

    [Fact]
    public async Task Every_table_but_the_global_ones_begins_its_key_with_the_account_and_is_fenced()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal([], await ListAsync(app.Database.Superuser, """
            select t.table_name::text from information_schema.tables t
            where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and t.table_name <> all ($1)
              and (not exists (
                     select from information_schema.table_constraints c
                     join information_schema.key_column_usage k using (constraint_schema, constraint_name)
                     where c.table_schema = 'public' and c.table_name = t.table_name and c.constraint_type = 'PRIMARY KEY'
                       and k.column_name = 'account_id' and k.ordinal_position = 1)
                   or not (select relrowsecurity from pg_class where oid = format('public.%I', t.table_name)::regclass)
                   or not exists (select from pg_policies p where p.schemaname = 'public' and p.tablename = t.table_name))
            """));
        // The list above is no excuse for a table that is not there.
        Assert.Equal(Global, await ListAsync(app.Database.Superuser, """
            select table_name::text from information_schema.tables where table_schema = 'public' and table_name = any ($1) order by table_name collate "C"
            """));
        Assert.True((bool)(await app.ValueAsync("select relrowsecurity from pg_class where relname = 'accounts'"))!);
    }

    [Fact]
    public async Task Every_reference_between_tables_of_an_account_names_the_account()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal([], await ListAsync(app.Database.Superuser, """
            select conname::text from pg_constraint
            where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> 'accounts'::regclass and conrelid::regclass::text <> all ($1)
              and (select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1]) <> 'account_id'
            """));
    }

    [Fact]
    public async Task The_service_without_a_signed_in_user_sees_no_row_of_any_account_and_adds_none()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        await app.PropertyAsync(client);
        var job = await app.JobAsync(client: client);
        await app.VisitAsync(job, app.Company.Tech);
        await app.EstimateAsync(client, job);
        await app.InvoiceAsync(client, job, "sent");
        await app.SignedInAsync();

        foreach (var table in await TenantTablesAsync(app))
        {
            Assert.Equal($"{table}: 0", $"{table}: {await CountAsync(app, table)}");
        }

        Assert.Equal("0", await CountAsync(app, "accounts"));
        await using var insert = app.Database.AppSource.CreateCommand("insert into clients (account_id, id, name) values ($1, gen_random_uuid(), 'Nobody')");
        insert.Parameters.Add(new() { Value = app.Company.Account });
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => insert.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop))).SqlState);
    }

    [Fact]
    public async Task The_service_for_one_account_sees_no_row_of_another()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        await app.VisitAsync(await app.JobAsync(client: client), app.Company.Tech);
        await app.PropertyAsync(client);
        await app.SignedInAsync();
        var south = await app.CompanyAsync("south");

        await using var connection = await app.Database.AppSource.OpenConnectionAsync(FieldServiceUnderTest.Stop);
        await using (var tenant = connection.CreateCommand())
        {
            tenant.CommandText = "select set_config('app.current_account_id', $1, false), set_config('app.current_user_id', $2, false), set_config('app.current_role', 'owner', false)";
            tenant.Parameters.Add(new() { Value = south.Account.ToString() });
            tenant.Parameters.Add(new() { Value = south.Owner.Id.ToString() });
            await tenant.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);
        }

        foreach (var table in await TenantTablesAsync(app))
        {
            await using var count = connection.CreateCommand();
            count.CommandText = $"select count(*) from {table} where account_id = $1";
            count.Parameters.Add(new() { Value = app.Company.Account });
            Assert.Equal($"{table}: 0", $"{table}: {await count.ExecuteScalarAsync(FieldServiceUnderTest.Stop)}");
        }
    }

    private static Task<List<string>> TenantTablesAsync(FieldServiceUnderTest app) => ListAsync(app.Database.Superuser, """
        select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all ($1)
        """);

    private static async Task<string> CountAsync(FieldServiceUnderTest app, string table)
    {
        await using var count = app.Database.AppSource.CreateCommand($"select count(*)::text from {table}");
        return (string)(await count.ExecuteScalarAsync(FieldServiceUnderTest.Stop))!;
    }

    private static async Task<List<string>> ListAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = Global });
        await using var reader = await command.ExecuteReaderAsync(FieldServiceUnderTest.Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(FieldServiceUnderTest.Stop)) rows.Add(reader.GetString(0));
        return rows;
    }
}
