using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Outpost.Platform.Telemetry;

/// <summary>
/// The SDK's aggregates of one host. Several hosts may live in one process, so meters that came from another host's <see cref="IMeterFactory"/> are left out;
/// those of the runtime and of the database driver belong to the process and are in everybody's.
/// </summary>
internal sealed class Metrics : IDisposable
{
    private static readonly string[] Frameworks = ["Npgsql", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];
    private static readonly string[] Ours = [HttpMetrics.MeterName, ProcessMetrics.MeterName, SampledGauges.MeterName, SupervisorMeter.Name];

    // The instruments that somebody looks at; the rest of the runtime's would only lengthen each scrape. A name that ends in _count belongs to a histogram.
    private static readonly Dictionary<string, string> Kept = new(StringComparer.Ordinal)
    {
        ["dotnet.gc.collections"] = "dotnet.gc.collections",
        ["dotnet.gc.heap.total_allocated"] = "dotnet.gc.allocated",
        ["dotnet.gc.last_collection.memory.committed_size"] = "dotnet.gc.committed",
        ["dotnet.gc.last_collection.heap.size"] = "dotnet.gc.heap_size",
        ["dotnet.gc.pause.time"] = "dotnet.gc.pause",
        ["dotnet.monitor.lock_contentions"] = "dotnet.monitor.lock_contentions",
        ["dotnet.exceptions"] = "dotnet.exceptions",
        ["kestrel.active_connections"] = "http.connections",
        ["kestrel.rejected_connections"] = "http.connections.rejected",
        ["db.client.operation.duration"] = "db.client.operation.duration",
        ["db.client.operation.failed"] = "db.client.operations.failed",
        ["db.client.operation.npgsql.executing"] = "db.client.operations.executing",
        ["db.client.connection.count"] = "db.client.connections",
        ["db.client.connection.max"] = "db.client.connections.max",
        ["db.client.connection.npgsql.pending_requests"] = "db.client.connections.pending_requests",
        ["db.client.connection.npgsql.timeouts"] = "db.client.connections.timeouts",
        ["db.client.connection.npgsql.create_time"] = "db.client.connections.create_time",
    };

    private readonly PrometheusText _text = new();
    private readonly MeterProvider _provider;
    private readonly SampledGauges _samples;
    private readonly SemaphoreSlim _oneScrape = new(1, 1);

    public Metrics(IMeterFactory meters, IEnumerable<MeterName> named, SampledGauges samples)
    {
        _samples = samples;
        _provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty())
            .AddMeter([.. Ours, .. Frameworks, .. named.Select(meter => meter.Name)])
            .AddView(instrument => View(instrument, meters))
            .AddReader(new BaseExportingMetricReader(_text))
            .Build();
    }

    /// <summary>The exposition, complete and of one instant.</summary>
    public async Task<byte[]> ScrapeAsync(bool openMetrics, CancellationToken ct)
    {
        await _oneScrape.WaitAsync(ct);
        try
        {
            await _samples.RefreshAsync(ct);
            _text.OpenMetrics = openMetrics;
            return _text.Collect!(Timeout.Infinite) ? _text.Text.ToArray() : throw new InvalidOperationException("The metrics could not be collected.");
        }
        finally
        {
            _oneScrape.Release();
        }
    }

    public void Dispose()
    {
        _provider.Dispose();
        _oneScrape.Dispose();
    }

    // The SDK sets a place aside for each series that an instrument may come to have; at its own 2,000 that is ten megabytes for series nobody makes.
    private static int Places(string meter) => meter switch
    {
        ProcessMetrics.MeterName or SampledGauges.MeterName or SupervisorMeter.Name => 4,
        _ when Frameworks.Contains(meter) => 50,
        HttpMetrics.MeterName => 2_000,
        _ => 500,
    };

    private static MetricStreamConfiguration View(Instrument instrument, IMeterFactory mine)
    {
        if (instrument.Meter.Scope is IMeterFactory owner && !ReferenceEquals(owner, mine)) return MetricStreamConfiguration.Drop;

        var places = Places(instrument.Meter.Name);
        if (!Frameworks.Contains(instrument.Meter.Name)) return new() { CardinalityLimit = places };

        return Kept.TryGetValue(instrument.Name, out var name) ? new() { Name = name, CardinalityLimit = places } : MetricStreamConfiguration.Drop;
    }
}

/// <summary>A meter whose instruments belong on /metrics.</summary>
internal sealed record MeterName(string Name);

/// <summary>A source whose spans belong in the traces.</summary>
internal sealed record SourceName(string Name);

/// <summary>How a service adds to what is measured.</summary>
public static class Measuring
{
    /// <summary>Puts a service's own <see cref="Meter"/> on /metrics. Made from the host's <see cref="IMeterFactory"/>, it stays apart from other hosts of the process.</summary>
    public static IServiceCollection AddMeter(this IServiceCollection services, string name) => services.AddSingleton(new MeterName(name));

    /// <summary>Sends the spans of a service's own <see cref="System.Diagnostics.ActivitySource"/> along with the requests'.</summary>
    public static IServiceCollection AddSpans(this IServiceCollection services, string source) => services.AddSingleton(new SourceName(source));

    /// <summary>A series whose value is asked for when somebody scrapes.</summary>
    public static IServiceCollection AddSampledGauge(this IServiceCollection services, SampledGauge gauge) => services.AddSingleton(gauge);
}
