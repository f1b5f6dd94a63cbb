using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Configuration;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Http;

/// <summary>What is particular to one service that answers HTTP. Everything else is the same for all of them.</summary>
/// <param name="Name">Stands in health answers, log lines and traces: <c>web</c>.</param>
/// <param name="Keys">The prefix of its own settings: <c>FSM</c> reads <c>FSM_HOST</c> and <c>FSM_PORT</c>.</param>
/// <param name="Port">Where it listens when nothing is set.</param>
/// <param name="Errors">How it publishes errors.</param>
public sealed record ServiceProfile(string Name, string Keys, int Port, IErrorShape Errors)
{
    /// <summary>Under this path the callers are programs: they get errors as data, never as a page.</summary>
    public PathString ApiPath { get; init; } = "/api";

    /// <summary>Shows an error to a person with a browser; null when the service has no pages. Status and headers are already set.</summary>
    public Func<HttpContext, Failure, Task>? ErrorPage { get; init; }

    /// <summary>The assembly that holds the service's pages; null when it has none.</summary>
    public Assembly? Pages { get; init; }

    public SecurityHeaders Security { get; init; } = new();

    public LogNames Log { get; init; } = LogNames.Default;

    /// <summary>Stands before the names of the HTTP series: <c>aicq</c> makes <c>aicq_http_requests_total</c>.</summary>
    public string? MetricPrefix { get; init; }

    /// <summary>The label of those series that tells the route: <c>route</c>, or <c>path</c> for the hub.</summary>
    public string MetricPathLabel { get; init; } = "route";

    /// <summary>How a route's template stands in that label; null as it is. May be called often, and must give few different answers.</summary>
    public Func<string, string>? MetricPath { get; init; }

    /// <summary>Largest request body in bytes; an endpoint may allow itself another with <c>WithBodyLimit</c>.</summary>
    public long BodyLimit { get; init; } = 1 << 20;

    /// <summary>The address to bind, from <c>{Keys}_HOST</c> and <c>{Keys}_PORT</c>; port 0 lets the system choose.</summary>
    /// <exception cref="SettingsException">The host is no IP address, or the port no port.</exception>
    public IPEndPoint Binding(Settings settings)
    {
        var key = $"{Keys}_HOST";
        var host = settings[key] ?? "127.0.0.1";
        var address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var parsed) => parsed,
            _ => throw new SettingsException(new SettingsProblem(
                key, $"is '{host}', which is no IP address", $"set {key} to 127.0.0.1, to 0.0.0.0 for every interface, or to one of this machine's addresses")),
        };
        return new(address, settings.Port($"{Keys}_PORT", Port));
    }

    /// <summary>Where a caller on this machine reaches it under these settings.</summary>
    /// <exception cref="SettingsException">The host is no IP address, or the port no port.</exception>
    public Uri Address(Settings settings) => Reach(Binding(settings));

    internal static Uri Reach(IPEndPoint bound)
    {
        var address = bound.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : bound.Address;
        return new($"http://{new IPEndPoint(address, bound.Port)}/");
    }
}
