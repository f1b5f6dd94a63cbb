using Microsoft.Extensions.Hosting;
using Npgsql;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;

namespace Outpost.Platform.Roles;

/// <summary>
/// Stands before the start of a service: it does not listen until its database can be reached, has the schema of this build, and binds the
/// service's role to row-level security.
/// </summary>
public sealed class DatabaseGate(NpgsqlDataSource source, Subsystem subsystem, Settings settings) : IHostedLifecycleService
{
    /// <exception cref="SettingsException">One of the three does not hold; the message says what to type.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var key = settings.AppUrlKey(subsystem) ?? subsystem.AppUrlKeys[^1];
        try
        {
            await SubsystemMigrations.RequireCurrentAsync(subsystem, source, cancellationToken);
        }
        catch (MigrationException e)
        {
            // Its message ends with its own fix, which is the one to show.
            var (cause, fix) = e.Message.Split(" Fix: ", 2) is [var before, var after] ? (before, after) : (e.Message, "run: outpost migrate status");
            throw new SettingsException(new SettingsProblem(key, $"leads to a database that cannot be served from: {cause.TrimEnd('.')}", fix.TrimEnd('.')));
        }

        await AppRole.RefuseIfItCanBypassAsync(source, key, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
