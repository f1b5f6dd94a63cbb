using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Providers.Wire;
using Outpost.Platform.Configuration;
using Outpost.Platform.Telemetry;

namespace Outpost.Assistant.Routing;

/// <summary>What a host needs to ask models: the list, the providers, the router.</summary>
internal static class RoutingSetup
{
    /// <exception cref="SettingsException">The list of models is wrong.</exception>
    public static IServiceCollection AddRouting(this IServiceCollection services, Settings settings, WireTimeouts? timeouts = null, RouterLimits? limits = null)
    {
        // Read once before anything starts: a wrong list is told at once and not at the first request.
        LiveModels.Load(settings);

        services.AddSingleton<LiveModels>().AddHostedService(host => host.GetRequiredService<LiveModels>());
        services.AddSingleton(host => new ProviderSet(settings, timeouts ?? new(), host.GetRequiredService<TimeProvider>()));
        services.AddSingleton(limits ?? new RouterLimits { Deadline = TimeSpan.FromSeconds(int.Parse(settings["ASSISTANT_DEADLINE_SECONDS"] ?? "300", System.Globalization.CultureInfo.InvariantCulture)) });
        services.AddSingleton<RoutingTelemetry>();
        services.AddSingleton(host =>
        {
            var router = new Router(
                host.GetRequiredService<LiveModels>(), host.GetRequiredService<ProviderSet>(), host.GetRequiredService<RoutingTelemetry>(), host.GetRequiredService<RouterLimits>(),
                host.GetRequiredService<TimeProvider>(), host.GetRequiredService<ILogger<Router>>());
            host.GetRequiredService<RoutingTelemetry>().Show(router.States);
            return router;
        });
        if (string.Equals(settings[ProviderSet.OwnPracticeSetting], "true", StringComparison.OrdinalIgnoreCase)) services.AddHostedService<PracticeHost>();
        return services.AddMeter(RoutingTelemetry.MeterName).AddSpans(RoutingTelemetry.SourceName);
    }
}
