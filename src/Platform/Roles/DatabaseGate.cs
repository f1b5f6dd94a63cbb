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
        MigrationStatus status;
        try
        {
            status = await new Migrator(source, MigrationSet.From(subsystem.Migrations)).StatusAsync(cancellationToken);
        }
        catch (MigrationException e)
        {
            throw new SettingsException(new SettingsProblem(key, $"leads to a database that cannot be used: {e.Message.TrimEnd('.')}", "start PostgreSQL or correct the URL, then start the service again"));
        }

        if (status.Faults.Count > 0)
        {
            throw new SettingsException([.. status.Faults.Select(fault => new SettingsProblem(key, $"leads to a schema of another build: {fault.TrimEnd('.')}", "install the version that made it, or restore a backup of this version"))]);
        }

        if (status.Pending.Count > 0)
        {
            throw new SettingsException(new SettingsProblem(key, $"leads to a database that lacks {status.Pending.Count} migrations, first {status.Pending[0].Name}", $"run: outpost migrate up --system {subsystem.Name}"));
        }

        await AppRole.RefuseIfItCanBypassAsync(source, key, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
