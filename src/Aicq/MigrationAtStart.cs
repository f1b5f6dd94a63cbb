using Npgsql;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;

namespace Outpost.Aicq;

/// <summary>
/// Brings the database to the schema of this build before the hub listens, as its runbook promises. Instances that start together take turns; with
/// <c>AICQ_MIGRATE=false</c> it is left to <c>outpost migrate up</c>, once and before a roll.
/// </summary>
internal sealed partial class MigrationAtStart(Subsystem subsystem, Settings settings, ILogger<MigrationAtStart> log) : IHostedLifecycleService
{
    private static readonly TimeSpan WaitFor = TimeSpan.FromSeconds(30), Between = TimeSpan.FromMilliseconds(500);

    /// <exception cref="MigrationException">It did not work; nothing is served.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (settings["AICQ_MIGRATE"]?.Equals("false", StringComparison.OrdinalIgnoreCase) is true) return;

        Running(log);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                Completed(log, (await SubsystemMigrations.UpAsync(subsystem, settings, say: null, cancellationToken)).Count);
                return;
            }
            catch (MigrationException e) when (IsNotThereYet(e) && TimeProvider.System.GetElapsedTime(started) < WaitFor)
            {
                // The machine that the database is on may be starting too.
                NotThereYet(log);
                await Task.Delay(Between, TimeProvider.System, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsNotThereYet(MigrationException e) =>
        e.InnerException is System.Net.Sockets.SocketException or TimeoutException or PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow }
        || (e.InnerException is NpgsqlException && e.InnerException is not PostgresException);

    [LoggerMessage(LogLevel.Information, "running database migrations...")]
    private static partial void Running(ILogger log);

    [LoggerMessage(LogLevel.Warning, "the database cannot be reached yet")]
    private static partial void NotThereYet(ILogger log);

    [LoggerMessage(LogLevel.Information, "migrations completed")]
    private static partial void Completed(ILogger log, int applied);
}
