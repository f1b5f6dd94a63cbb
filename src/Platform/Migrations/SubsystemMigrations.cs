using Npgsql;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Platform.Migrations;

/// <summary>Migrations of a subsystem under given settings.</summary>
public static class SubsystemMigrations
{
    /// <summary>Brings the subsystem's database to the schema of this build, as its owner.</summary>
    /// <exception cref="SettingsException">No URL is set, or it cannot be parsed.</exception>
    /// <exception cref="MigrationException">It did not work.</exception>
    public static async Task<IReadOnlyList<Migration>> UpAsync(Subsystem subsystem, Settings settings, Action<string>? say, CancellationToken ct)
    {
        await using var owner = OwnerSource(subsystem, settings);
        return await new Migrator(owner, MigrationSet.From(subsystem.Migrations), say).UpAsync(ct);
    }

    /// <summary>Refuses unless the database has exactly the schema of this build. A service asks before it serves.</summary>
    /// <param name="subsystem">Whose database.</param>
    /// <param name="app">The app role's connections.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="MigrationException">There are pending migrations, or the two do not fit; the message says what to type.</exception>
    public static async Task RequireCurrentAsync(Subsystem subsystem, NpgsqlDataSource app, CancellationToken ct)
    {
        var status = await new Migrator(app, MigrationSet.From(subsystem.Migrations)).StatusAsync(ct);
        if (status.Faults.Count > 0) throw MigrationFaults.DoNotFit(status.Faults);
        if (status.Pending.Count > 0) throw MigrationFaults.Behind(subsystem.Name, status);
    }

    /// <summary>Connections to migrate with; the caller disposes them.</summary>
    /// <exception cref="SettingsException">No URL is set, or it cannot be parsed.</exception>
    public static NpgsqlDataSource OwnerSource(Subsystem subsystem, Settings settings)
    {
        var connection = settings.OwnerUrl(subsystem).ToConnection();
        connection.ApplicationName ??= "outpost migrate";
        // A server that vanishes behind a firewall would otherwise be waited for for ever.
        connection.TcpKeepAlive = true;
        return NpgsqlDataSource.Create(connection);
    }
}
