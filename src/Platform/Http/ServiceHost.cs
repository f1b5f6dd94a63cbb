using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Configuration;
using Outpost.Platform.Health;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Http;

/// <summary>
/// The one way in which a role that answers HTTP gets its host. What it does depends on <see cref="Settings"/> alone: no appsettings.json, no
/// ASPNETCORE_ variable, no environment name. Several hosts may live in one process; they share nothing but standard output.
/// </summary>
public static class ServiceHost
{
    /// <summary>A builder with server, log, metrics, traces, health and errors in place.</summary>
    /// <exception cref="SettingsException">A setting is out of its range.</exception>
    public static WebApplicationBuilder Create(ServiceProfile profile, Settings settings) => Create(profile, settings, log: null);

    /// <param name="log">Takes the log's lines; null for standard output.</param>
    internal static WebApplicationBuilder Create(ServiceProfile profile, Settings settings, Stream? log)
    {
        var limits = HttpLimits.Of(profile, settings);
        var binding = profile.Binding(settings);
        Tracing.Check(settings);

        var builder = WebApplication.CreateEmptyBuilder(new()
        {
            ApplicationName = profile.Pages?.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            limits.Apply(kestrel);
            kestrel.Listen(binding, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Logging.AddJsonLog(profile.Name, settings, profile.Log, log);

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings).AddSingleton(profile).AddSingleton(limits);
        services.AddRoutingCore();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = limits.DrainNotice + limits.Drain);
        services.AddSingleton<IHostLifetime, DrainOnSignal>().AddHostedService<DrainNotice>();

        services.AddSingleton(new ForwardedCaller(Networks.Parse(settings, "TRUSTED_PROXIES", new([])), settings["CLIENT_IP_HEADER"]));
        services.AddSingleton(new MetricsReaders(Networks.Parse(settings, "METRICS_ALLOW", Networks.Loopback)));
        services.AddSingleton<ErrorAnswers>().AddSingleton<IProblemDetailsService, ProblemAnswers>().AddExceptionHandler<ExceptionAnswers>();
        services.Configure<ExceptionHandlerOptions>(handler => handler.SuppressDiagnosticsCallback = static _ => true);

        services.AddMetrics();
        services.AddSingleton<HttpMetrics>().AddSingleton<ProcessMetrics>().AddSingleton<SampledGauges>().AddSingleton<Metrics>();
        services.AddSingleton<DistributedContextPropagator, TracePropagation>();
        services.AddSingleton(host => new Tracing(profile.Name, settings, host.GetServices<SourceName>(), host.GetRequiredService<ILogger<Tracing>>()));
        services.AddSingleton<HealthMonitor>();
        return builder;
    }

    /// <summary>
    /// The steps every request takes, in their order; to be called before anything else is added. Routing is in place afterwards, authentication is the service's.
    /// </summary>
    public static WebApplication UseServiceHost(this WebApplication app)
    {
        var services = app.Services;
        // Made now: a meter that nobody listens to yet loses what is counted.
        services.GetRequiredService<Metrics>();
        services.GetRequiredService<ProcessMetrics>();
        services.GetRequiredService<Tracing>();

        app.Use(next => new RequestEdge(
            next,
            services.GetRequiredService<ServiceProfile>(),
            services.GetRequiredService<HttpLimits>(),
            services.GetRequiredService<ForwardedCaller>(),
            services.GetRequiredService<HttpMetrics>(),
            services.GetRequiredService<ErrorAnswers>(),
            services.GetRequiredService<ILogger<RequestEdge>>()).InvokeAsync);
        app.UseExceptionHandler(_ => { });
        app.UseRouting();
        return app;
    }

    /// <summary>Where a caller on this machine reaches a host that has started, with the port that was really bound.</summary>
    /// <exception cref="InvalidOperationException">The host has not started or does not listen.</exception>
    public static Uri Address(this IHost host)
    {
        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
        var bound = new Uri(addresses?.FirstOrDefault() ?? throw new InvalidOperationException("The host does not listen yet."));
        return ServiceProfile.Reach(new(IPAddress.Parse(bound.Host.Trim('[', ']')), bound.Port));
    }
}
