using Npgsql;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Migrations;

public sealed class TakingOverADatabase(PostgresServer postgres, RedisServer redis)
{
    // What the first hub's migration leaves behind.
    private const string First = """
        create table schema_migrations (version bigint not null primary key, dirty boolean not null);
        insert into schema_migrations values (1, false);
        create table agents (id uuid primary key default gen_random_uuid(), public_key text not null unique, name text, email text,
          created_at timestamptz not null default now(), updated_at timestamptz not null default now());
        create index idx_agents_public_key on agents (public_key);
        create index idx_agents_created_at on agents (created_at);
        create table rooms (id uuid primary key default gen_random_uuid(), name text not null, is_private boolean not null default false, key_hash text,
          created_by uuid references agents (id), created_at timestamptz not null default now(), last_active_at timestamptz not null default now(), message_count bigint not null default 0);
        create index idx_rooms_name on rooms (name);
        create index idx_rooms_last_active on rooms (last_active_at);
        create index idx_rooms_is_private on rooms (is_private) where is_private = false;
        insert into rooms (id, name, is_private, message_count) values ('00000000-0000-0000-0000-000000000001', 'global', false, 41);
        insert into agents (id, public_key, name, email) values ('00000000-0000-0000-0000-0000000000aa', 'A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=', 'old hand', 'old@example.com');
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static MigrationSet Set => MigrationSet.From(typeof(AicqApp).Assembly);

    [Fact]
    public async Task What_the_first_hub_made_is_kept_and_served()
    {
        var database = await postgres.EmptyDatabaseAsync("aicq", Stop);
        await RunAsync(database, First);
        var before = await ValueAsync(database, "select string_agg(c.oid::text, ' ' order by c.oid) from pg_class c where relname in ('agents', 'rooms', 'schema_migrations')");

        Assert.Equal(["000001_init", "000002_hub"], (await new Migrator(database.OwnerSource, Set).UpAsync(Stop)).Select(m => m.Name));
        Assert.Empty(await new Migrator(database.OwnerSource, Set).UpAsync(Stop));

        Assert.Equal(before, await ValueAsync(database, "select string_agg(c.oid::text, ' ' order by c.oid) from pg_class c where relname in ('agents', 'rooms', 'schema_migrations')"));
        Assert.Equal("1 f", await ValueAsync(database, "select version || ' ' || left(dirty::text, 1) from schema_migrations"));
        Assert.Empty(await new Migrator(database.OwnerSource, Set).VerifyAsync(Stop));
        await using var hub = await HubUnderTest.StartAsync(database, await redis.DatabaseAsync(Stop));
        var agent = await (await hub.Client().ReadAsync("/who/00000000-0000-0000-0000-0000000000aa")).JsonAsync();
        Assert.Equal(("old hand", null), ((string?)agent["name"], (string?)agent["email"]));
        Assert.Equal(41, (int)(await (await hub.Client().ReadAsync("/channels")).JsonAsync())["channels"]![0]!["message_count"]!);
        var again = await (await hub.Client().PostJsonAsync("/register", """{"public_key":"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="}""")).JsonAsync();
        Assert.Equal("00000000-0000-0000-0000-0000000000aa", (string?)again["id"]);
    }

    [Fact]
    public async Task Both_kinds_of_database_are_the_same_afterwards()
    {
        await using var taken = await postgres.EmptyDatabaseAsync("aicq", Stop);
        await RunAsync(taken, First);
        await new Migrator(taken.OwnerSource, Set).UpAsync(Stop);
        await using var made = await postgres.DatabaseAsync(Set, "aicq", Stop);

        Assert.Equal(await SchemaAsync(made), await SchemaAsync(taken));
        // Whoever has to go back to the first hub finds its journal as that left it.
        Assert.Equal("1 f", await ValueAsync(made, "select version || ' ' || left(dirty::text, 1) from schema_migrations"));
    }

    [Fact]
    public async Task One_that_broke_off_half_way_is_refused_with_what_to_do()
    {
        await using var database = await postgres.EmptyDatabaseAsync("aicq", Stop);
        await RunAsync(database, First + "update schema_migrations set dirty = true;");

        var refused = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, Set).UpAsync(Stop));

        Assert.Contains("an earlier migration of this database broke off at version 1 and left it marked dirty", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ValueAsync(database, "select count(*) from pg_class where relname = 'outpost_migrations' and exists (select from outpost_migrations)"));
    }

    [Fact]
    public async Task Four_that_start_together_migrate_once()
    {
        await using var database = await postgres.EmptyDatabaseAsync("aicq", Stop);
        var sources = Enumerable.Range(0, 4).Select(_ => database.NewOwnerSource()).ToArray();

        var applied = await Task.WhenAll(sources.Select(source => new Migrator(source, Set).UpAsync(Stop)));

        Assert.Equal([0, 0, 0, 2], applied.Select(a => a.Count).Order());
        foreach (var source in sources) await source.DisposeAsync();
    }

    [Fact]
    public async Task It_goes_up_and_down_and_up_again()
    {
        await using var database = await postgres.DatabaseAsync(Set, "aicq", Stop);
        var before = await SchemaAsync(database);
        var migrator = new Migrator(database.OwnerSource, Set);

        for (var i = 0; i < 2; i++) await migrator.DownAsync((await migrator.DownPlanAsync(Stop)).Migration, Stop);
        Assert.Equal("outpost_migrations schema_migrations", await ValueAsync(database, "select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"));
        await migrator.UpAsync(Stop);

        Assert.Equal(before, await SchemaAsync(database));
    }

    private static Task<object?> SchemaAsync(TestDatabase database) => ValueAsync(database, """
        select string_agg(line, E'\n' order by line) from (
          select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as line from information_schema.columns where table_schema = 'public'
          union all select indexdef from pg_indexes where schemaname = 'public'
          union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
          union all select table_name || ' ' || grantee || ' ' || privilege_type from information_schema.role_table_grants where table_schema = 'public') as lines
        """);

    private static async Task RunAsync(TestDatabase database, string sql)
    {
        await using var command = database.OwnerSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static async Task<object?> ValueAsync(TestDatabase database, string sql)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }
}
