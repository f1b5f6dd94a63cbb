using Npgsql;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Migrations;

public sealed class WaitingForTheTurn(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Says_who_is_migrating_and_goes_on_when_he_is_done()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await using var other = await database.OwnerSource.OpenConnectionAsync(Ct);
        var turn = await Turn.TakeAsync(other, TimeSpan.FromMinutes(1), TimeProvider.System, null, Ct);
        var waiting = new TaskCompletionSource<string>();

        var run = new Migrator(database.OwnerSource, Tools.Two, line => waiting.TrySetResult(line)).UpAsync(Ct);
        var said = await waiting.Task.WaitAsync(Ct);
        await turn.DisposeAsync();

        Assert.StartsWith($"Waiting for another process that is migrating: pid {other.ProcessID} of role fsm_owner", said, StringComparison.Ordinal);
        Assert.Equal(2, (await run).Count);
    }

    [Fact]
    public async Task Ends_after_a_while_with_his_name()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await using var other = await database.OwnerSource.OpenConnectionAsync(Ct);
        await using var turn = await Turn.TakeAsync(other, TimeSpan.FromMinutes(1), TimeProvider.System, null, Ct);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.OwnerSource, Tools.Two) { Patience = TimeSpan.Zero }.UpAsync(Ct));

        Assert.Equal(MigrationFault.Locked, refusal.Fault);
        Assert.Contains($"pid {other.ProcessID}", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await database.OwnerSource.TablesAsync(Ct));
    }

    [Fact]
    public async Task Is_free_again_when_he_dies()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await using var other = await database.OwnerSource.OpenConnectionAsync(Ct);
        await Turn.TakeAsync(other, TimeSpan.FromMinutes(1), TimeProvider.System, null, Ct);

        await database.Superuser.RunAsync($"select pg_terminate_backend({other.ProcessID})", Ct);

        Assert.Equal(2, (await new Migrator(database.OwnerSource, Tools.Two).UpAsync(Ct)).Count);
    }

    [Fact]
    public async Task Is_given_back_by_a_run_that_was_cancelled()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var slow = Tools.Two.Plus(("0003_slow.sql", "select pg_sleep(60);"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Migrator(database.OwnerSource, slow, line =>
        {
            if (line.Contains("0003", StringComparison.Ordinal)) stop.CancelAfter(TimeSpan.FromMilliseconds(50));
        }).UpAsync(stop.Token));

        Assert.Empty(await new Migrator(database.OwnerSource, Tools.Two) { Patience = TimeSpan.Zero }.UpAsync(Ct));
    }
}
