using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Platform.Roles;

// The table schema_migrations is the first hub's: it stays as that left it, so that one can go back to it.
[assembly: MigrationJournal("outpost_migrations")]

namespace Outpost.Aicq;

/// <summary>What the executable knows of the hub: its database and the role that serves it.</summary>
public static class AicqRole
{
    /// <summary>Agents have keys and register themselves, so there is no first login, and nobody to make a company for.</summary>
    public static Subsystem Subsystem { get; } = new(
        "aicq", "aicq", typeof(AicqRole).Assembly, (_, _) => Task.FromResult<Login?>(null), Demo: null);

    public static Role Hub { get; } = new("aicq", "the agent hub: rooms, direct messages, search and live streams", Build, "/health", AicqApp.Profile.Address) { Subsystem = Subsystem };

    private static IHost Build(Settings settings)
    {
        var source = ServicePool.Create(settings.AppUrl(Subsystem), "aicq");
        return AicqApp.Build(settings, source, TimeProvider.System, services => services
            .AddSingleton<IHostedService>(host => new MigrationAtStart(Subsystem, settings, host.GetRequiredService<ILogger<MigrationAtStart>>()))
            .AddSingleton<IHostedService>(new DatabaseGate(source, Subsystem, settings)));
    }
}
