using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Automations;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Papers;
using Outpost.FieldService.Recurring;
using Outpost.FieldService.Webhooks;
using Outpost.FieldService.Worker;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Roles;

namespace Outpost.FieldService;

/// <summary>The role <c>worker</c>: what the field service does by the clock, and what it sends.</summary>
public static class FieldServiceWorker
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1), Drain = TimeSpan.FromSeconds(40);

    /// <summary>What is done for each company by the clock. Each may run late, twice and on two workers at once.</summary>
    internal static IReadOnlyList<RegularChore> Chores { get; } =
    [
        new("expire-estimates", Hour, ExpireEstimates.RunAsync),
        new("mark-overdue", Hour, MarkOverdue.RunAsync),
        new("late-fees", Hour, LateFees.RunAsync),
        new("recurring-jobs", Minute, MakeDueJobs.RunAsync),
        new("recurring-invoices", Minute, MakeDueInvoices.RunAsync),
        new("idempotency-keys", Day, Housekeeping.ForgetKeysAsync),
        new("message-texts", Day, Housekeeping.ForgetTextsAsync),
        new("sessions", Day, ForgetSessions.RunAsync),
    ];

    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    internal static IHost Build(Settings settings)
    {
        // A chore holds its row on one connection while it works on another, and a letter is sent beside both; webhooks are served by two more.
        var source = ServicePool.Create(settings.AppUrl(FieldServiceRole.Subsystem), "worker", (4 * WorkerSettings.Of(settings).AtOnce) + 8);
        return Build(settings, source, TimeProvider.System, services => services
            .AddSingleton<IHostedService>(new DatabaseGate(source, FieldServiceRole.Subsystem, settings)));
    }

    /// <param name="source">The app role's connections; disposed with the host.</param>
    /// <param name="more">What the surroundings add to the host.</param>
    internal static IHost Build(Settings settings, NpgsqlDataSource source, TimeProvider clock, Action<IServiceCollection>? more = null)
    {
        var builder = BackgroundHost.Create("worker", settings, Drain);
        var services = builder.Services;
        services.AddSingleton(clock).AddSingleton(_ => source);
        services.AddSingleton(WorkerSettings.Of(settings)).AddSingleton<Companies>().AddSingleton<DoChores>().AddSingleton<RunAutomations>().AddSingleton<SendMessages>();
        services.AddMessages(settings).AddCarriers(settings).AddPapers();
        foreach (var chore in Chores) services.AddSingleton(chore);
        services.AddWebhookDelivery(settings);
        more?.Invoke(services);
        services.AddSingleton<WorkLoop>().AddHostedService(host => host.GetRequiredService<WorkLoop>());
        return builder.Build();
    }
}
