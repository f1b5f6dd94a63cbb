using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;
using Outpost.Platform.Telemetry;

namespace Outpost.Operator.Archive;

/// <summary>The state of the archive as series. While nobody looks they are absent rather than old.</summary>
internal sealed class ArchiveMetrics : IDisposable
{
    private const string File = "outpost_archive.prom";
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(2);

    private static readonly Series[] All =
    [
        new("outpost.archive.rpo", "s", "What would be lost now: age of the oldest change that cannot be recovered.", s => s.RpoSeconds),
        new("outpost.archive.rto", "s", "How long a restore would take now, from the last one and the size.", s => s.RtoSeconds),
        new("outpost.archive.backlog", "By", "Finished log on the server's disk that is not archived.", s => s.BacklogBytes),
        new("outpost.archive.backlog_limit", "By", "The backlog at which log is given up, so that the disk does not fill.", s => s.BacklogLimitBytes),
        new("outpost.archive.backlog_full", "s", "Time until the backlog reaches its limit or the disk its end; absent while it does not grow.", s => s.FullInSeconds),
        new("outpost.archive.log_per_day", "By", "What the log alone writes to the server's disk in a day, at the pace since the start.", s => s.LogBytesPerDay),
        new("outpost.archive.last_success", "s", "When log was last archived, in Unix seconds.", s => Unix(s.LastArchivedAt)),
        new("outpost.archive.newest_backup", "s", "When the newest physical backup ended, in Unix seconds.", s => Unix(s.NewestBackupAt)),
        new("outpost.archive.receiver_connected", null, "1 while the receiver of the log streams, 0 while it does not; absent where there is none.", s => s.ReceiverConnected is { } connected ? connected ? 1 : 0 : null),
        new("outpost.archive.problems", null, "How many things of archive status should not stay as they are.", s => s.Problems.Count),
        new("outpost.archive.failures", null, "Attempts to archive that failed.", s => s.Failures, Counts: true),
    ];

    private readonly Meter _meter = new(SupervisorMeter.Name);
    private readonly Func<ArchiveState?> _state;
    private readonly TimeProvider _clock;

    public ArchiveMetrics(Func<ArchiveState?> state, TimeProvider clock)
    {
        (_state, _clock) = (state, clock);
        foreach (var series in All)
        {
            if (series.Counts) _meter.CreateObservableCounter(series.Name, () => Measured(series), series.Unit, series.Help);
            else _meter.CreateObservableGauge(series.Name, () => Measured(series), series.Unit, series.Help);
        }
    }

    private sealed record Series(string Name, string? Unit, string Help, Func<ArchiveState, double?> Value, bool Counts = false)
    {
        /// <summary>As it stands on /metrics of a role beside the server.</summary>
        public string Written => Name.Replace('.', '_') + (Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" }) + (Counts ? "_total" : "");
    }

    /// <summary>The same series in the same words, for where no role lives beside the server.</summary>
    public static string Text(ArchiveState state)
    {
        var text = new StringBuilder();
        foreach (var series in All)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {series.Written} {series.Help}\n# TYPE {series.Written} {(series.Counts ? "counter" : "gauge")}\n");
            if (series.Value(state) is { } value) text.Append(CultureInfo.InvariantCulture, $"{series.Written} {value:0.###}\n");
        }

        return text.ToString();
    }

    /// <summary>Leaves them where node_exporter reads them. That this fails is no failure of the archive.</summary>
    public static void Write(DataDirectory data, ArchiveState state)
    {
        try
        {
            PrivateDirectory.Ensure(data.Metrics, passable: true);
            AtomicFile.Write(Path.Combine(data.Metrics, File), Text(state), AtomicFile.Readable);
        }
        catch (TroubleException)
        {
            // A stale file is seen by node_textfile_mtime_seconds.
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<double>> Measured(Series series) =>
        _state() is { } state && _clock.GetUtcNow() - state.At < Stale && series.Value(state) is { } number ? [new(number)] : [];

    private static double? Unix(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() / 1000d;
}
