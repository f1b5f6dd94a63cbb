using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace Outpost.Platform.Health;

/// <summary>
/// Asks the checks on behalf of everybody who wants to know: callers at the same time share one round, a good answer holds for a second, a bad one for nobody
/// but those who waited for it. A check that hangs fails after two seconds and is not started again beside itself.
/// </summary>
public sealed partial class HealthMonitor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly Probe[] _probes;
    private readonly TimeProvider _clock;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<HealthMonitor> _log;
    private readonly Lock _gate = new();
    private volatile Round? _good;
    private Task<HealthReport>? _asking;
    private HealthReport? _draining;
    private bool _failing;

    public HealthMonitor(IEnumerable<HealthCheck> checks, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<HealthMonitor> log)
    {
        (_clock, _lifetime, _log) = (clock, lifetime, log);
        _probes = [.. checks.Select(check => new Probe(check))];
    }

    /// <summary>Never throws for a failed check and never takes much longer than two seconds.</summary>
    public ValueTask<HealthReport> CheckAsync()
    {
        if (_lifetime.ApplicationStopping.IsCancellationRequested)
            return new(_draining ??= new HealthReport([.. _probes.Select(probe => new HealthFinding(probe.Name, TimeSpan.Zero, null))], Draining: true));

        var now = _clock.GetUtcNow();
        if (_good is { } good && now >= good.At && now - good.At <= Freshness) return new(good.Report);

        lock (_gate) return new(_asking is { IsCompleted: false } asking ? asking : _asking = AskAsync());
    }

    private async Task<HealthReport> AskAsync()
    {
        // Away from the caller's context: the round is not his alone, and his trace has no business with it.
        await Task.Yield();
        using var quiet = SuppressInstrumentationScope.Begin();
        var report = new HealthReport(await Task.WhenAll(_probes.Select(probe => probe.AskAsync(Patience))), Draining: false);
        _good = report.Passed ? new Round(report, _clock.GetUtcNow()) : null;
        Tell(report);
        return report;
    }

    // Once when it begins and once when it is over; probes come every few seconds and would fill the log.
    private void Tell(HealthReport report)
    {
        if (report.Passed == !_failing) return;

        _failing = !report.Passed;
        if (_failing) Degraded(_log, string.Join("; ", report.Findings.Where(f => !f.Passed).Select(f => $"{f.Name}: {f.Problem}")));
        else Recovered(_log);
    }

    [LoggerMessage(LogLevel.Error, "health is degraded: {Problems}")]
    private static partial void Degraded(ILogger log, string problems);

    [LoggerMessage(LogLevel.Information, "health is ok again")]
    private static partial void Recovered(ILogger log);

    private sealed record Round(HealthReport Report, DateTimeOffset At);

    private sealed class Probe(HealthCheck check)
    {
        private Task _running = Task.CompletedTask;

        public string Name => check.Name;

        public async Task<HealthFinding> AskAsync(TimeSpan patience)
        {
            var started = Stopwatch.GetTimestamp();
            // What still hangs from the last round is waited for, not asked anew: a dead database must not collect connections.
            if (_running.IsCompleted) _running = Task.Run(() => ProbeAsync(patience), CancellationToken.None);
            var running = _running;
            try
            {
                await running.WaitAsync(patience);
                return new(check.Name, Stopwatch.GetElapsedTime(started), null);
            }
            catch (Exception failed)
            {
                // Whatever a check throws is its finding; this is the outermost step of its loop.
                _ = running.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                var problem = failed is TimeoutException or OperationCanceledException ? $"no answer within {patience.TotalSeconds:0} s" : failed.Message;
                return new(check.Name, Stopwatch.GetElapsedTime(started), problem);
            }
        }

        // The token lives as long as the probe and not as long as the patience of those who wait: otherwise it might be gone before it fires.
        private async Task ProbeAsync(TimeSpan patience)
        {
            using var end = new CancellationTokenSource(patience);
            await check.Probe(end.Token);
        }
    }
}
