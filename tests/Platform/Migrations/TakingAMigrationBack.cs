using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class TakingAMigrationBack(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shows_what_it_will_do_then_does_it_and_up_does_it_again()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Embedded, Ct);
        var migrator = new Migrator(database.OwnerSource, Tools.Embedded);

        var (migration, statements) = await migrator.DownPlanAsync(Ct);
        await migrator.DownAsync(migration, Ct);

        Assert.Equal(["drop index tools_by_price", "alter table tools drop column price_cents"], statements);
        Assert.Equal("0001_tools", (await migrator.StatusAsync(Ct)).Current!.Name);
        Assert.Equal("0003_tool_prices", Assert.Single(await migrator.UpAsync(Ct)).Name);
    }

    [Fact]
    public async Task Is_refused_where_no_way_back_was_written()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two, Ct);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, Tools.Two).DownPlanAsync(Ct));

        Assert.Equal(MigrationFault.Refused, refusal.Fault);
        Assert.StartsWith("0002_shelves cannot be taken back: it has no 0002_shelves.down.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_refused_when_someone_else_already_took_it_back()
    {
        var set = MigrationSet.Of(("0001_a.sql", "create table a (b int)"), ("0001_a.down.sql", "drop table a"), ("0002_c.sql", "create table c (b int)"), ("0002_c.down.sql", "drop table c"));
        await using var database = await postgres.DatabaseAsync(set, Ct);
        var migrator = new Migrator(database.OwnerSource, set);
        var (agreed, _) = await migrator.DownPlanAsync(Ct);
        await migrator.DownAsync(agreed, Ct);

        await Assert.ThrowsAsync<MigrationException>(() => migrator.DownAsync(agreed, Ct));

        Assert.Contains("a", await database.OwnerSource.TablesAsync(Ct));
    }

    [Fact]
    public async Task That_fails_leaves_it_applied()
    {
        var set = MigrationSet.Of(("0001_a.sql", "create table a (b int)"), ("0001_a.down.sql", "drop table a;\ndrop table nosuch"));
        await using var database = await postgres.DatabaseAsync(set, Ct);
        var migrator = new Migrator(database.OwnerSource, set);

        var failure = await Assert.ThrowsAsync<MigrationException>(() => migrator.DownAsync(set.Migrations[0], Ct));

        Assert.StartsWith("0001_a.down.sql:2:1 failed", failure.Message, StringComparison.Ordinal);
        Assert.True((await migrator.StatusAsync(Ct)).UpToDate);
        Assert.Contains("a", await database.OwnerSource.TablesAsync(Ct));
    }

    [Fact]
    public async Task Of_an_empty_database_is_refused()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, Tools.Embedded).DownPlanAsync(Ct));
    }
}
