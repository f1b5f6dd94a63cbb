using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Demo;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Platform.Roles;

namespace Outpost.FieldService;

/// <summary>What the executable knows of the field service: its database, its users and the role that serves it.</summary>
public static class FieldServiceRole
{
    public static Subsystem Subsystem { get; } = new("fsm", "ai_fsm", typeof(FieldServiceRole).Assembly, FirstLoginAsync, DemoAsync, new FieldServiceUsers(), new FieldServiceHistory());

    public static Role Web { get; } = new("fsm", "the field service: web application and API", Build, "/api/health", FieldServiceApp.Profile.Address) { Subsystem = Subsystem };

    public static Role Worker { get; } = new("worker", "the field service's worker: reminders, letters, and what is done by the clock", FieldServiceWorker.Build, null, null) { Subsystem = Subsystem };

    internal static NpgsqlDataSource Owner(Settings settings) => SubsystemMigrations.OwnerSource(Subsystem, settings);

    private static IHost Build(Settings settings)
    {
        var source = ServicePool.Create(settings.AppUrl(Subsystem), "web");
        return FieldServiceApp.Build(settings, source, TimeProvider.System, services => services
            .AddSingleton<IHostedService>(new DatabaseGate(source, Subsystem, settings)));
    }

    private static async Task<Login?> FirstLoginAsync(Settings settings, CancellationToken ct)
    {
        await using var owner = Owner(settings);
        return await UserAdministration.FirstOwnerAsync(owner, "My company", ct) is { } first ? new Login(first.Email, first.Password) : null;
    }

    private static async Task<DemoAnswer> DemoAsync(Settings settings, DemoSize size, CancellationToken ct)
    {
        await using var owner = Owner(settings);
        return await DemoCompany.FillAsync(owner, size, TimeProvider.System, ct);
    }
}
