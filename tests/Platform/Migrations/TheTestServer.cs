using Npgsql;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class TheTestServer(PostgresServer postgres)
{
    private static readonly MigrationSet Tools = MigrationSet.Of(
        ("0001_tools.sql", "create table tools (name text primary key); grant select, insert on tools to fsm_app; insert into tools values ('hammer');"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hands_out_clones_that_know_nothing_of_each_other()
    {
        await using var one = await postgres.DatabaseAsync(Tools, Ct);
        await using var two = await postgres.DatabaseAsync(Tools, Ct);

        await one.AppSource.CreateCommand("insert into tools values ('saw')").ExecuteNonQueryAsync(Ct);

        Assert.Equal(2L, await CountAsync(one.AppSource));
        Assert.Equal(1L, await CountAsync(two.AppSource));
    }

    [Fact]
    public async Task Serves_many_who_ask_at_once()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => postgres.DatabaseAsync(Tools, Ct)));

        Assert.Equal(8, databases.Select(d => d.Name).Distinct().Count());
        foreach (var database in databases) await database.DisposeAsync();
    }

    [Fact]
    public async Task Gives_the_app_role_no_way_around_row_level_security()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => database.AppSource.CreateCommand("create table t (a int)").ExecuteNonQueryAsync(Ct));
        var mayBypass = await database.AppSource.CreateCommand("select rolsuper or rolbypassrls from pg_roles where rolname = current_user").ExecuteScalarAsync(Ct);

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        Assert.Equal(false, mayBypass);
    }

    [Fact]
    public async Task Drops_a_database_that_is_disposed_even_while_it_is_in_use()
    {
        await using var watcher = await postgres.EmptyDatabaseAsync(Ct);
        var database = await postgres.EmptyDatabaseAsync(Ct);
        await using var held = await database.OwnerSource.OpenConnectionAsync(Ct);

        await database.DisposeAsync();

        await using var left = watcher.Superuser.CreateCommand("select count(*) from pg_database where datname = $1");
        left.Parameters.Add(new() { Value = database.Name });
        Assert.Equal(0L, await left.ExecuteScalarAsync(Ct));
    }

    private static async Task<object?> CountAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select count(*) from tools");
        return await command.ExecuteScalarAsync(Ct);
    }
}
