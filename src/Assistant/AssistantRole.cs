using Outpost.Assistant.People;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Roles;

namespace Outpost.Assistant;

/// <summary>What the executable knows of the assistant: its database, its people and the role that serves it.</summary>
public static class AssistantRole
{
    public static Subsystem Subsystem { get; } = new(
        "assistant", "assistant", typeof(AssistantRole).Assembly, PeopleAdministration.FirstLoginAsync, Demo: null, new PeopleAdministration());

    public static Role Service { get; } = new("assistant", "the assistant: chat and a gateway to models, with spending limits that hold", Build, "/api/health", AssistantApp.Profile.Address)
    {
        Subsystem = Subsystem,
        PortAlone = 8080,
    };

    private static IHost Build(Settings settings)
    {
        var source = ServicePool.Create(settings.AppUrl(Subsystem), "assistant");
        return AssistantApp.Build(settings, source, TimeProvider.System, services => services
            .AddSingleton<IHostedService>(new DatabaseGate(source, Subsystem, settings)));
    }
}
