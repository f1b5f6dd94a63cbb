using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Http;

namespace Outpost.Platform.Telemetry;

/// <summary>Counts requests by method, route and status. The route is the template, so the number of series is bounded by the route table.</summary>
internal sealed class HttpMetrics
{
    public const string MeterName = "Outpost.Http";
    public const string UnknownRoute = "unknown";

    // From half a millisecond: a Pi answers most requests within two.
    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly string[] Statuses = [.. Enumerable.Range(0, 600).Select(status => status.ToString(CultureInfo.InvariantCulture))];

    private readonly string _routeLabel;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private int _inFlight;

    public HttpMetrics(IMeterFactory meters, ServiceProfile profile)
    {
        _routeLabel = profile.MetricPathLabel;
        var prefix = profile.MetricPrefix is { } p ? $"{p}." : "";
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>($"{prefix}http.requests", null, "Requests answered, by method, route template and status.");
        _duration = meter.CreateHistogram(
            $"{prefix}http.request.duration", "s", "Time from the first line of a request to the end of its answer.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        meter.CreateObservableGauge($"{prefix}http.requests.in_flight", () => Volatile.Read(ref _inFlight), null, "Requests being worked on.");
    }

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void End(string method, string route, int status, TimeSpan took)
    {
        KeyValuePair<string, object?> methodTag = new("method", method), routeTag = new(_routeLabel, route);
        _requests.Add(1, methodTag, routeTag, new("status", Statuses[Math.Clamp(status, 0, 599)]));
        _duration.Record(took.TotalSeconds, methodTag, routeTag);
        // Last, so that whoever sees nothing in flight sees everything counted.
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>A method that anyone can make up is one label value.</summary>
    public static string Known(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS" => HttpMethods.GetCanonicalizedValue(method),
        _ => "other",
    };
}
