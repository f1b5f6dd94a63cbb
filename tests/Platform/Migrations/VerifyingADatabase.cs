using Npgsql;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class VerifyingADatabase(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Finds_nothing_after_migrating()
    {
        var set = Tools.Embedded.Plus(
            ("0010_moves.sql", """
                alter table tools rename to gear;
                alter table gear rename column name to label;
                create type mood as enum ('good', 'bad');
                create or replace function twice(a int) returns int language sql begin atomic select case when a > 0 then a * 2 else 0 end; end;
                create view cheap as select * from gear where price_cents < 100;
                create temporary table gone (a int);
                create table "Odd.Name" ("a;b" int, b text default 'create table ghost (a int);');
                alter table "Odd.Name" add column "C" int, add column if not exists d int;
                create table passing (a int);
                drop table if exists passing, nosuch cascade;
                """));
        await using var database = await postgres.DatabaseAsync(set, Ct);

        Assert.Empty(await new Migrator(database.OwnerSource, set).VerifyAsync(Ct));
    }

    [Fact]
    public async Task Finds_what_was_dropped_behind_its_back()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Embedded, Ct);
        await database.OwnerSource.RunAsync("drop index tools_by_price", Ct);

        var fault = Assert.Single(await new Migrator(database.OwnerSource, Tools.Embedded).VerifyAsync(Ct));

        Assert.StartsWith("The index tools_by_price is missing", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_an_index_whose_build_was_broken_off()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two, Ct);
        await database.OwnerSource.RunAsync("insert into tools values ('saw'), ('saw')", Ct);
        await Assert.ThrowsAsync<PostgresException>(() => database.OwnerSource.RunAsync("create unique index concurrently one_of_each on tools (name)", Ct));

        var fault = Assert.Single(await new Migrator(database.OwnerSource, Tools.Two).VerifyAsync(Ct));

        Assert.StartsWith("The index one_of_each is invalid", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_every_fault_not_only_the_first()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two.Plus(("0009_racks.sql", "create table racks (a int)")), Ct);
        var build = MigrationSet.Of(("0001_tools.sql", "create table tools (name text not null);"), ("0002_shelves.sql", Tools.Two.Migrations[1].Text), ("0005_late.sql", "select 1"));

        Assert.Equal(3, (await new Migrator(database.OwnerSource, build).VerifyAsync(Ct)).Count);
    }
}
