using Outpost.Operator.Tests.Backups;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Restores;

/// <summary>Its migrations are noted in a table of their own, beside the one that another tool keeps.</summary>
public sealed class RestoringTheHub(PostgresServer server)
{
    [Fact]
    public async Task It_is_known_by_the_table_that_its_migrations_are_noted_in()
    {
        await using var at = await BackedUp.HubAsync(server);
        var taken = await at.TakenAsync();
        await at.ExecuteAsync("delete from agents");

        var restore = await at.RestoreAsync("--latest", "--yes");

        Assert.True(restore.ExitCode == 0, restore.All);
        at.Reconnect();
        Assert.Equal(1, await at.CountAsync("agents"));
        Assert.Equal(Platform.Migrations.MigrationSet.From(at.Subsystem.Migrations).Migrations[^1].Name, taken.Manifest!.Database!.Schema);
    }
}
