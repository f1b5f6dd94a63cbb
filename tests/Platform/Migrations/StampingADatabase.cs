using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class StampingADatabase(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notes_what_is_there_without_running_it()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await database.OwnerSource.RunAsync("create table tools (id bigint, name text, price_cents bigint); create index tools_by_price on tools (price_cents)", Ct);
        var migrator = new Migrator(database.OwnerSource, Tools.Embedded);

        var noted = await migrator.StampAsync("0003_tool_prices", force: false, Ct);

        Assert.Equal([1L, 3L], noted.Select(m => m.Version));
        Assert.Empty(await migrator.UpAsync(Ct));
    }

    [Theory]
    [InlineData("create table other (a int)", "table tools")]
    [InlineData("create table tools (id bigint, name text); create index tools_by_price on tools (name)", "column tools.price_cents is missing")]
    [InlineData("create table tools (id bigint, price_cents bigint)", "index tools_by_price is missing")]
    public async Task Is_refused_when_something_is_missing(string sql, string message)
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await database.OwnerSource.RunAsync(sql, Ct);
        var migrator = new Migrator(database.OwnerSource, Tools.Embedded);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => migrator.StampAsync("3", force: false, Ct));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await migrator.HistoryAsync(Ct));
    }

    [Fact]
    public async Task Is_refused_when_nothing_can_be_seen_and_done_when_forced()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var migrator = new Migrator(database.OwnerSource, MigrationSet.Of(("0001_rows.sql", "update pg_temp.nothing set a = 1")));

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => migrator.StampAsync("0001_rows", force: false, Ct));
        await migrator.StampAsync("0001_rows", force: true, Ct);

        Assert.StartsWith("Whether 0001_rows was applied cannot be seen", refusal.Message, StringComparison.Ordinal);
        Assert.Single(await migrator.HistoryAsync(Ct));
    }

    [Fact]
    public async Task Backwards_is_refused()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two, Ct);

        await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, Tools.Two).StampAsync("0001_tools", force: true, Ct));
    }

    [Fact]
    public async Task With_an_unknown_name_lists_the_known_ones()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, Tools.Two).StampAsync("head", force: true, Ct));

        Assert.Contains("0001_tools, 0002_shelves", refusal.Message, StringComparison.Ordinal);
    }
}
