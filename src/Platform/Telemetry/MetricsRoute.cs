using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Platform.Http;

namespace Outpost.Platform.Telemetry;

/// <summary>Who may read the series. Nobody else learns that there are any.</summary>
internal sealed record MetricsReaders(Networks Allowed)
{
    public bool Include(HttpContext http) =>
        Allowed.Contains(http.Connection.RemoteIpAddress)
        // A proxy that is not in TRUSTED_PROXIES makes the whole internet look like loopback.
        && (!ForwardedCaller.WasForwarded(http.Request) || http.Features.Get<BelievedCaller>() is not null);
}

/// <summary>Set where a trusted proxy has named the caller.</summary>
internal sealed class BelievedCaller
{
    public static BelievedCaller Instance { get; } = new();
}

public static class MetricsRoute
{
    private const string Plain = "text/plain; version=0.0.4; charset=utf-8";
    private const string Open = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>Serves the host's series to loopback, or to the networks of <c>METRICS_ALLOW</c>; to everybody else there is nothing here.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder app, string path = "/metrics")
    {
        var metrics = app.ServiceProvider.GetRequiredService<Metrics>();
        var readers = app.ServiceProvider.GetRequiredService<MetricsReaders>();
        var answers = app.ServiceProvider.GetRequiredService<ErrorAnswers>();
        return app.MapMethods(path, ["GET", "HEAD"], (RequestDelegate)(async http =>
        {
            if (!readers.Include(http))
            {
                await answers.WriteAsync(http, StatusCodes.Status404NotFound);
                return;
            }

            var open = http.Request.Headers.Accept.ToString().Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase);
            var text = await metrics.ScrapeAsync(open, http.RequestAborted);
            http.Response.ContentType = open ? Open : Plain;
            http.Response.ContentLength = text.Length;
            if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.BodyWriter.WriteAsync(text, http.RequestAborted);
        })).Quiet().AllowAnonymous();
    }
}
