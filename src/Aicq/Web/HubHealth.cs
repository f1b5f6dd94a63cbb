using System.Globalization;
using System.Text.Json;
using Outpost.Aicq.Stores;
using Outpost.Platform.Configuration;
using Outpost.Platform.Health;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Web;

/// <summary>Whether the hub is well, as its runbook reads it: healthy or degraded, with the latency of both stores.</summary>
internal static class HubHealth
{
    public const string Version = "0.1.0";

    // Platforms give a probe two seconds in all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddHubHealth(this IServiceCollection services) => services
        .AddSingleton(host => new HealthCheck("postgres", ct => WithinAsync(stop => host.GetRequiredService<HubDatabase>().ReadAsync((db, asked) => db.ValueAsync<int>($"select 1", asked), stop), ct)))
        .AddSingleton(host => new HealthCheck("redis", ct => WithinAsync(async stop => await host.GetRequiredService<RedisClient>().CallAsync(new RedisCommand("PING"), stop), ct)));

    public static HealthShape Shape(Settings settings, TimeProvider clock)
    {
        var region = settings["REGION"] ?? settings["FLY_REGION"];
        var instance = settings["INSTANCE"] ?? settings["FLY_ALLOC_ID"];
        return (json, report, _) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, report.Draining ? "draining"u8 : report.Passed ? "healthy"u8 : "degraded"u8);
            json.WriteString("version"u8, Version);
            if (region is not null) json.WriteString("region"u8, region);
            if (instance is not null) json.WriteString("instance"u8, instance);
            json.WriteStartObject("checks"u8);
            foreach (var finding in report.Findings)
            {
                json.WriteStartObject(finding.Name);
                json.WriteString("status"u8, finding.Passed ? "pass"u8 : "fail"u8);
                if (finding.Passed) json.WriteString("latency"u8, Duration(finding.Latency));
                else json.WriteString("message"u8, "connection failed"u8);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteString("timestamp"u8, clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        };
    }

    /// <summary>As it has always been written: 412.3µs, 1.2ms, 1.5s.</summary>
    internal static string Duration(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.###}µs"),
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.######}ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#########}s"),
    };

    private static async Task WithinAsync(Func<CancellationToken, Task> probe, CancellationToken ct)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(ct);
        soon.CancelAfter(Patience);
        await probe(soon.Token).WaitAsync(soon.Token);
    }
}
