using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Roles;

/// <summary>The one way in which a role that listens on no port gets its host: the same log, clock and drain as those that do.</summary>
public static class BackgroundHost
{
    /// <param name="name">Stands in log lines: <c>worker</c>.</param>
    /// <param name="drain">How long what is under way may take to end.</param>
    /// <exception cref="SettingsException">A setting is out of its range.</exception>
    public static HostApplicationBuilder Create(string name, Settings settings, TimeSpan drain)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.Logging.AddJsonLog(name, settings);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = drain);
        builder.Services.AddSingleton<IHostLifetime, DrainOnSignal>();
        return builder;
    }
}
