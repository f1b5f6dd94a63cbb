using System.Collections.Concurrent;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class ApplyingMigrations(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_each_file_in_the_order_of_the_numbers()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var said = new List<string>();

        var applied = await new Migrator(database.OwnerSource, Tools.Embedded, said.Add).UpAsync(Ct);

        Assert.Equal(["Applying 0001_tools.sql ...", "Applying 0003_tool_prices.sql ..."], said);
        Assert.Equal([1L, 3L], applied.Select(m => m.Version));
        Assert.Equal(["schema_migrations", "tools"], await database.OwnerSource.TablesAsync(Ct));
    }

    [Fact]
    public async Task A_second_time_does_nothing()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await new Migrator(database.OwnerSource, Tools.Two).UpAsync(Ct);

        Assert.Empty(await new Migrator(database.OwnerSource, Tools.Two).UpAsync(Ct));
    }

    [Fact]
    public async Task Is_remembered_with_who_when_and_by_which_version()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var migrator = new Migrator(database.OwnerSource, Tools.Two);
        await migrator.UpAsync(Ct);

        var first = (await migrator.HistoryAsync(Ct))[0];

        Assert.Equal((1L, "0001_tools", Tools.Two.Migrations[0].Checksum, "fsm_owner"), (first.Version, first.Name, first.Checksum, first.AppliedBy));
        Assert.Equal(typeof(Migrator).Assembly.GetName().Version!.ToString(3), first.ToolVersion);
        Assert.True(await database.OwnerSource.ValueAsync<bool>("select applied_at between now() - interval '1 hour' and now() from schema_migrations limit 1", Ct));
    }

    [Fact]
    public async Task Four_that_start_at_once_apply_each_migration_once()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = MigrationSet.Of(Enumerable.Range(1, 12).Select(n => ($"{n:0000}_step.sql", $"create table step_{n} (a int); insert into step_{n} values (1);")));
        var said = new ConcurrentQueue<string>();
        var gate = new TaskCompletionSource();
        var sources = Enumerable.Range(0, 4).Select(_ => database.NewOwnerSource()).ToArray();

        var runs = sources.Select(async source =>
        {
            await gate.Task;
            return await new Migrator(source, set, said.Enqueue).UpAsync(Ct);
        }).ToArray();
        gate.SetResult();
        var applied = await Task.WhenAll(runs);

        Assert.Equal(Enumerable.Range(1, 12).Select(n => (long)n), applied.SelectMany(a => a).Select(m => m.Version).Order());
        Assert.Equal(12, said.Count(line => line.StartsWith("Applying", StringComparison.Ordinal)));
        Assert.Equal(12L, await database.OwnerSource.ValueAsync<long>("select count(*) from schema_migrations", Ct));
        foreach (var source in sources) await source.DisposeAsync();
    }

    [Fact]
    public async Task Lets_the_app_role_read_how_far_it_came_and_no_more()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two, Ct);

        var status = await new Migrator(database.AppSource, Tools.Two).StatusAsync(Ct);

        Assert.True(status.UpToDate);
        Assert.Equal("0002_shelves", status.Current!.Name);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.AppSource.RunAsync("delete from schema_migrations", Ct));
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Builds_an_index_concurrently_when_the_file_asks_for_no_transaction()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = Tools.Two.Plus(("0003_index.sql", "-- outpost: no transaction\ncreate index concurrently tools_by_name on tools (name);\ncreate index concurrently shelves_by_name on shelves (name);"));

        // Another migrator that waits for its turn must not hold a snapshot, for which the index build would wait in return.
        var applied = await Task.WhenAll(new Migrator(database.OwnerSource, set).UpAsync(Ct), new Migrator(database.OwnerSource, set).UpAsync(Ct));

        Assert.Equal(3, applied.Sum(a => a.Count));
        Assert.Equal(2L, await database.OwnerSource.ValueAsync<long>("select count(*) from pg_index where indexrelid::regclass::text like '%_by_name' and indisvalid", Ct));
    }

    [Fact]
    public async Task Keeps_what_a_file_sets_from_the_next_one()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = MigrationSet.Of(
            ("0001_elsewhere.sql", "create schema elsewhere; set search_path = elsewhere; create table far (a int);"),
            ("0002_here.sql", "create table near (a int);"));

        await new Migrator(database.OwnerSource, set).UpAsync(Ct);

        Assert.Equal(["near", "schema_migrations"], await database.OwnerSource.TablesAsync(Ct));
    }
}
