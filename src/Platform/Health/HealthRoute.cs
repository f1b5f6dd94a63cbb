using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Platform.Http;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Health;

/// <summary>How one service words its health.</summary>
public delegate void HealthShape(Utf8JsonWriter json, HealthReport report, HttpContext http);

public static class HealthRoute
{
    /// <summary>Answers 200 when every check passes and 503 when one fails or the host is draining. Open to everybody.</summary>
    public static IEndpointConventionBuilder MapHealth(this IEndpointRouteBuilder app, string path, HealthShape shape)
    {
        var monitor = app.ServiceProvider.GetRequiredService<HealthMonitor>();
        return app.MapMethods(path, ["GET", "HEAD"], (RequestDelegate)(http =>
        {
            var asked = monitor.CheckAsync();
            return asked.IsCompletedSuccessfully ? AnswerAsync(http, shape, asked.Result) : WaitAsync(http, shape, asked);
        })).Quiet().AllowAnonymous();
    }

    /// <summary>The field service's answer, in this order: status, service, checks, ts, traceId.</summary>
    public static HealthShape Checks(string service, TimeProvider clock) => (json, report, http) =>
    {
        Span<byte> time = stackalloc byte[IsoTime.Length];
        IsoTime.Write(time, clock.GetUtcNow());

        json.WriteStartObject();
        json.WriteString("status"u8, report.Draining ? "draining"u8 : report.Passed ? "ok"u8 : "degraded"u8);
        json.WriteString("service"u8, service);
        json.WriteStartObject("checks"u8);
        foreach (var finding in report.Findings) json.WriteString(finding.Name, finding.Passed ? "ok"u8 : "fail"u8);
        json.WriteEndObject();
        json.WriteString("ts"u8, time);
        json.WriteString("traceId"u8, http.TraceIdentifier);
        json.WriteEndObject();
    };

    private static async Task WaitAsync(HttpContext http, HealthShape shape, ValueTask<HealthReport> asked) => await AnswerAsync(http, shape, await asked);

    private static Task AnswerAsync(HttpContext http, HealthShape shape, HealthReport report)
    {
        http.Response.StatusCode = report.Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        var json = JsonAnswer.Rent();
        shape(json.Writer, report, http);
        return json.SendAsync(http, "application/json; charset=utf-8");
    }
}
