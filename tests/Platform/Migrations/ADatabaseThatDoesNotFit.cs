using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class ADatabaseThatDoesNotFit(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Because_a_file_was_changed_is_refused_with_both_checksums()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two, Ct);
        var changed = MigrationSet.Of(("0001_tools.sql", "create table tools (name text, price int);"), ("0002_shelves.sql", Tools.Two.Migrations[1].Text));

        var refusal = await RefusedAsync(database, changed);

        Assert.StartsWith("0001_tools.sql was changed after it was applied", refusal, StringComparison.Ordinal);
        Assert.Contains(Tools.Two.Migrations[0].Checksum, refusal, StringComparison.Ordinal);
        Assert.Contains(changed.Migrations[0].Checksum, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fits_when_only_the_ends_of_lines_differ()
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.Of(("0001_a.sql", "create table a (\n  b int\n);\n")), Ct);

        Assert.Empty(await new Migrator(database.OwnerSource, MigrationSet.Of(("0001_a.sql", "\uFEFFcreate table a (\r\n  b int\r\n);\r\n"))).UpAsync(Ct));
    }

    [Fact]
    public async Task Because_it_is_newer_is_refused_with_the_version_that_it_needs()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two.Plus(("0007_racks.sql", "create table racks (a int);")), Ct);
        await database.OwnerSource.RunAsync("update schema_migrations set tool_version = '9.8.7' where version = 7", Ct);

        var refusal = await RefusedAsync(database, Tools.Two);

        Assert.StartsWith("The database is newer than this build: 0007_racks was applied by Outpost 9.8.7", refusal, StringComparison.Ordinal);
        Assert.Contains("ends at 0002_shelves", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Because_a_migration_in_between_is_unknown_is_refused()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two.Plus(("0003_racks.sql", "create table racks (a int);")), Ct);
        var without = MigrationSet.Of(Tools.Two.Migrations.Select(m => (m.File, m.Text)).Append(("0004_boxes.sql", "create table boxes (a int);")));

        Assert.StartsWith("0003_racks was applied to the database but is not in this build", await RefusedAsync(database, without), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Because_an_older_number_came_later_is_refused()
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.Of(("0001_tools.sql", "create table tools (a int);"), ("0004_racks.sql", "create table racks (a int);")), Ct);
        var late = MigrationSet.Of(("0001_tools.sql", "create table tools (a int);"), ("0003_late.sql", "create table late (a int);"), ("0004_racks.sql", "create table racks (a int);"));

        var refusal = await RefusedAsync(database, late);

        Assert.StartsWith("0003_late.sql is not applied, but the newer 0004_racks is", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("late", await database.OwnerSource.TablesAsync(Ct));
    }

    [Theory]
    [InlineData("create table schema_migrations (version bigint not null primary key, dirty boolean not null); insert into schema_migrations values (7, true)",
        "is kept by golang-migrate: its table schema_migrations has the columns version and dirty and stands at version 7, marked dirty.")]
    [InlineData("create table schema_migrations (version bigint not null primary key, dirty boolean not null)", "is kept by golang-migrate")]
    [InlineData("create table schema_migrations (filename text primary key, applied_at timestamptz)", "its columns are applied_at, filename.")]
    public async Task Because_another_tool_keeps_it_is_refused_and_left_alone(string sql, string message)
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await database.OwnerSource.RunAsync(sql, Ct);

        Assert.Contains(message, await RefusedAsync(database, Tools.Two), StringComparison.Ordinal);
        Assert.Equal(["schema_migrations"], await database.OwnerSource.TablesAsync(Ct));
    }

    private static async Task<string> RefusedAsync(TestDatabase database, MigrationSet set)
    {
        var refusal = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, set).UpAsync(Ct));
        Assert.Equal(MigrationFault.Refused, refusal.Fault);
        return refusal.Message;
    }
}
