using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class AServiceThatStarts(PostgresServer postgres)
{
    private static readonly Subsystem Fsm = new("fsm", "ai_fsm", typeof(AServiceThatStarts).Assembly, (_, _) => Task.FromResult<Login?>(null), Demo: null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goes_on_once_the_owner_has_migrated()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var applied = await SubsystemMigrations.UpAsync(Fsm, database.Settings, null, Ct);
        await SubsystemMigrations.RequireCurrentAsync(Fsm, database.AppSource, Ct);

        Assert.Equal(2, applied.Count);
    }

    [Fact]
    public async Task Is_told_what_to_type_while_migrations_are_pending()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => SubsystemMigrations.RequireCurrentAsync(Fsm, database.AppSource, Ct));

        Assert.Equal("The database of fsm stands at nothing; 2 migrations are pending, up to 0003_tool_prices. Fix: outpost migrate up --system fsm", refusal.Message);
    }

    [Fact]
    public async Task Refuses_a_database_that_is_newer()
    {
        await using var database = await postgres.DatabaseAsync(Tools.Embedded.Plus(("0004_later.sql", "create table later (a int)")), Ct);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => SubsystemMigrations.RequireCurrentAsync(Fsm, database.AppSource, Ct));

        Assert.StartsWith("The database is newer than this build", refusal.Message, StringComparison.Ordinal);
    }
}
