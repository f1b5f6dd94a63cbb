using System.Diagnostics.Metrics;

namespace Outpost.Platform.Telemetry;

/// <summary>
/// A number that has to be asked for over the network: connections of PostgreSQL, memory of Redis. It is asked for when somebody scrapes and at most
/// once in five seconds; while it cannot be had, the series is absent rather than wrong.
/// </summary>
/// <param name="Name">Of the instrument, in OpenTelemetry's spelling: <c>postgres.active_connections</c>.</param>
/// <param name="Unit">UCUM, <c>By</c> or <c>s</c>; null for a plain number.</param>
/// <param name="Ask">Returns null when there is nothing to say. Must heed its token.</param>
public sealed record SampledGauge(string Name, string? Unit, string Description, Func<CancellationToken, Task<double?>> Ask);

internal sealed class SampledGauges
{
    public const string MeterName = "Outpost.Samples";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _clock;
    private readonly Sample[] _samples;
    private DateTimeOffset? _takenAt;

    public SampledGauges(IMeterFactory meters, IEnumerable<SampledGauge> gauges, TimeProvider clock)
    {
        _clock = clock;
        _samples = [.. gauges.Select(gauge => new Sample(gauge))];
        var meter = meters.Create(MeterName);
        foreach (var sample in _samples) meter.CreateObservableGauge(sample.Gauge.Name, sample.Observe, sample.Gauge.Unit, sample.Gauge.Description);
    }

    /// <summary>Called by one scrape at a time.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        if (_takenAt is { } taken && now >= taken && now - taken < Freshness) return;

        _takenAt = now;
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(ct);
        soon.CancelAfter(Patience);
        await Task.WhenAll(_samples.Select(sample => sample.TakeAsync(soon.Token)));
    }

    private sealed class Sample(SampledGauge gauge)
    {
        private double? _value;
        private Task _asking = Task.CompletedTask;

        public SampledGauge Gauge => gauge;

        public IEnumerable<Measurement<double>> Observe() => _value is { } value ? [new(value)] : [];

        public async Task TakeAsync(CancellationToken ct)
        {
            _value = null;
            // A question that hangs is not asked a second time beside itself.
            if (!_asking.IsCompleted) return;

            var answer = Task.Run(() => gauge.Ask(ct), CancellationToken.None);
            _asking = answer;
            await Task.WhenAny(answer, Task.Delay(Timeout.InfiniteTimeSpan, ct));
            if (answer.IsCompletedSuccessfully) _value = await answer;
            // Looked at, so that it is no unobserved one.
            else _ = answer.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }
}
