using System.Diagnostics.Metrics;
using Outpost.Platform.Telemetry;

namespace Outpost.Operator.Archive;

/// <summary>The state of the archive as series. While nobody looks they are absent rather than old.</summary>
internal sealed class ArchiveMetrics : IDisposable
{
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(2);
    private readonly Meter _meter = new(SupervisorMeter.Name);
    private readonly Func<ArchiveState?> _state;
    private readonly TimeProvider _clock;

    public ArchiveMetrics(Func<ArchiveState?> state, TimeProvider clock)
    {
        (_state, _clock) = (state, clock);
        Gauge("outpost.archive.rpo", "s", "What would be lost now: age of the oldest change that cannot be recovered.", s => s.RpoSeconds);
        Gauge("outpost.archive.rto", "s", "How long a restore would take now, from the last one and the size.", s => s.RtoSeconds);
        Gauge("outpost.archive.backlog", "By", "Finished log on the server's disk that is not archived.", s => s.BacklogBytes);
        Gauge("outpost.archive.backlog_limit", "By", "The backlog at which log is given up, so that the disk does not fill.", s => s.BacklogLimitBytes);
        Gauge("outpost.archive.backlog_full", "s", "Time until the backlog reaches its limit; absent while it does not grow.", s => s.FullInSeconds);
        Gauge("outpost.archive.log_per_day", "By", "What the log alone writes to the server's disk in a day, at the pace since the start.", s => s.LogBytesPerDay);
        Gauge("outpost.archive.last_success", "s", "When log was last archived, in Unix seconds.", s => s.LastArchivedAt?.ToUnixTimeMilliseconds() / 1000d);
        Gauge("outpost.archive.newest_backup", "s", "When the newest physical backup ended, in Unix seconds.", s => s.NewestBackupAt?.ToUnixTimeMilliseconds() / 1000d);
        Gauge("outpost.archive.receiver_connected", null, "1 while the receiver of the log streams, 0 while it does not; absent where there is none.", s => s.ReceiverConnected is { } connected ? connected ? 1 : 0 : null);
        Gauge("outpost.archive.problems", null, "How many things of archive status should not stay as they are.", s => s.Problems.Count);
        _meter.CreateObservableCounter("outpost.archive.failures", () => Current() is { } s ? [new(s.Failures)] : (IEnumerable<Measurement<long>>)[], null, "Attempts to archive that failed.");
    }

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string? unit, string description, Func<ArchiveState, double?> value) =>
        _meter.CreateObservableGauge(name, () => Current() is { } state && value(state) is { } number ? [new(number)] : (IEnumerable<Measurement<double>>)[], unit, description);

    private ArchiveState? Current() => _state() is { } state && _clock.GetUtcNow() - state.At < Stale ? state : null;
}
