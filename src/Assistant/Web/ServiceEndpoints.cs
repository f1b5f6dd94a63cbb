using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Platform.Health;
using Outpost.Platform.Http;
using Outpost.Platform.Telemetry;

namespace Outpost.Assistant.Web;

/// <summary>What the service says of itself.</summary>
internal static class ServiceEndpoints
{
    public const string ApiVersion = "v1.0";

    public sealed record About(string Name, string Version, string Description, IReadOnlyList<string> ApiVersions, IReadOnlyDictionary<string, string> Endpoints);

    public sealed record Build(string Version, string ApiVersion);

    private static readonly string Version = typeof(ServiceEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static void MapService(this IEndpointRouteBuilder app, TimeProvider clock)
    {
        var started = clock.GetTimestamp();
        foreach (var path in new[] { "/health", "/api/health", "/api/v1/health" }) app.MapHealth(path, Health(clock, started));
        app.MapGet("/", Describe).AllowAnonymous().CountsAs(CallKind.Health).WithTags("Service").WithSummary("What answers here, and where");
        app.MapGet("/version", () => TypedResults.Ok(new Build(Version, ApiVersion))).AllowAnonymous().CountsAs(CallKind.Health).WithTags("Service").WithSummary("Which build this is");
        app.MapDescription();
    }

    private static Ok<About> Describe() => TypedResults.Ok(new About(
        "Local Assistant", Version, "Chat over several providers, and a gateway for programs that speak OpenAI's API, with spending limits that hold.", ["v1"],
        new Dictionary<string, string> { ["v1"] = "/v1", ["chat"] = "/api/chat", ["costs"] = "/api/costs", ["docs"] = "/docs", ["metrics"] = "/metrics", ["health"] = "/health" }));

    private static HealthShape Health(TimeProvider clock, long started) => (json, report, http) =>
    {
        Span<byte> time = stackalloc byte[IsoTime.Length];
        IsoTime.Write(time, clock.GetUtcNow());

        json.WriteStartObject();
        json.WriteString("status"u8, report.Ok ? "healthy"u8 : "unhealthy"u8);
        json.WriteString("version"u8, Version);
        json.WriteString("api_version"u8, ApiVersion);
        json.WriteString("timestamp"u8, time);
        json.WriteNumber("uptime_seconds"u8, Math.Round(clock.GetElapsedTime(started).TotalSeconds, 1));
        json.WriteStartObject("services"u8);
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject(finding.Name == "db" ? "database" : finding.Name);
            json.WriteBoolean("available"u8, finding.Passed);
            json.WriteNumber("latency_ms"u8, Math.Round(finding.Latency.TotalMilliseconds, 2));
            // The text of a driver names hosts and users: it is for the log.
            if (finding.Passed) json.WriteNull("error"u8);
            else json.WriteString("error"u8, "unreachable"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    };
}
