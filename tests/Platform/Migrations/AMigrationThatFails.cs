using Npgsql;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class AMigrationThatFails(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_named_with_line_and_column_and_everything_before_it_stays()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = Tools.Two.Plus(
            ("0003_broken.sql", "create table half (a int);\n\n-- ünï 🙂\nalter table tools\n  add column 🙂 int,\n  add column price nosuchtype;\n"),
            ("0004_after.sql", "create table never (a int);"));

        var failure = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, set).UpAsync(Ct));

        Assert.Equal(MigrationFault.Failed, failure.Fault);
        Assert.StartsWith("0003_broken.sql:6:20 failed: type \"nosuchtype\" does not exist (SQLSTATE 42704", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["schema_migrations", "shelves", "tools"], await database.OwnerSource.TablesAsync(Ct));
        Assert.Equal(2, (await new Migrator(database.OwnerSource, set).HistoryAsync(Ct)).Count);
    }

    [Fact]
    public async Task Inside_the_body_of_a_function_is_named_with_its_line()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = MigrationSet.Of(("0001_body.sql", "create function f() returns int begin atomic\n  select 1;\n  select nosuchcolumn;\nend;"));

        var failure = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, set).UpAsync(Ct));

        Assert.StartsWith("0001_body.sql:3:10 failed: column \"nosuchcolumn\" does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goes_through_once_it_is_mended()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, Tools.Two.Plus(("0003_racks.sql", "create table racks (a int); oops"))).UpAsync(Ct));

        var applied = await new Migrator(database.OwnerSource, Tools.Two.Plus(("0003_racks.sql", "create table racks (a int);"))).UpAsync(Ct);

        Assert.Equal("0003_racks", Assert.Single(applied).Name);
    }

    [Fact]
    public async Task Without_a_transaction_says_what_was_kept()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = MigrationSet.Of(("0001_loose.sql", "-- outpost: no transaction\ncreate table kept (a int);\nselect 1/0;\n"));

        var failure = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, set).UpAsync(Ct));

        Assert.StartsWith("0001_loose.sql:3:1 failed: division by zero", failure.Message, StringComparison.Ordinal);
        Assert.Contains("statements before this one were kept", failure.Message, StringComparison.Ordinal);
        Assert.Contains("kept", await database.OwnerSource.TablesAsync(Ct));
    }

    [Theory]
    [InlineData("create table a (b int);\ncommit;", "0001_own.sql:2 says COMMIT")]
    [InlineData("begin;\ncreate table a (b int);\nend;", "0001_own.sql:1 says BEGIN")]
    [InlineData("start transaction; select 1;", "0001_own.sql:1 says START")]
    [InlineData("savepoint s; rollback to savepoint s; rollback", "0001_own.sql:1 says ROLLBACK")]
    public async Task Is_refused_when_it_brings_its_own_transaction(string sql, string message)
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, MigrationSet.Of(("0001_own.sql", sql))).UpAsync(Ct));

        Assert.Equal(MigrationFault.Refused, refusal.Fault);
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a", await database.OwnerSource.TablesAsync(Ct));
    }

    [Fact]
    public async Task Only_at_commit_is_told_as_well()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = MigrationSet.Of(("0001_late.sql", """
            create table a (id int primary key);
            create table b (a int constraint every_b_has_an_a references a deferrable initially deferred);
            insert into b values (7);
            """));

        var failure = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, set).UpAsync(Ct));

        Assert.Contains("every_b_has_an_a", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("(7)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a", await database.OwnerSource.TablesAsync(Ct));
    }

    [Fact]
    public async Task Because_the_connection_was_lost_keeps_nothing_and_says_so()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var set = Tools.Two.Plus(("0003_cut.sql", "create table cut (a int); select pg_terminate_backend(pg_backend_pid());"));

        var failure = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, set).UpAsync(Ct));

        Assert.StartsWith("The connection to PostgreSQL was lost while applying 0003_cut.sql", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["schema_migrations", "shelves", "tools"], await database.OwnerSource.TablesAsync(Ct));
        Assert.Empty(await new Migrator(database.OwnerSource, Tools.Two).UpAsync(Ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Because_of_a_lock_names_who_holds_it_and_his_state_where_that_may_be_seen(bool maySee)
    {
        await using var database = await postgres.DatabaseAsync(Tools.Two, Ct);
        await using var holder = await (maySee ? database.OwnerSource : database.Superuser).OpenConnectionAsync(Ct);
        await using var transaction = await holder.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("insert into tools values ('secret name')", holder)) await hold.ExecuteNonQueryAsync(Ct);
        var migrator = new Migrator(database.OwnerSource, Tools.Two.Plus(("0003_wait.sql", "alter table tools add column a int;"))) { LockTimeout = TimeSpan.FromSeconds(1.5) };

        var failure = await Assert.ThrowsAsync<MigrationException>(() => migrator.UpAsync(Ct));

        Assert.Equal(MigrationFault.Locked, failure.Fault);
        Assert.StartsWith($"0003_wait.sql:1:1 waited 1.5 s for a lock held by pid {holder.ProcessID} of role {(maySee ? "fsm_owner (idle in transaction for" : "postgres.")}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret name", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Because_there_is_no_server_says_where_it_looked()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=/nonexistent;Database=ai_fsm;Username=fsm_owner;Password=hunter2hunter2");

        var failure = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(nowhere, Tools.Two).UpAsync(Ct));

        Assert.StartsWith("Cannot connect to the database ai_fsm on /nonexistent:5432 as fsm_owner", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }
}
