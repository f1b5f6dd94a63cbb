using System.Globalization;
using System.Text;
using Outpost.Operator.Backups.Offsite;
using Outpost.Operator.Drills;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>
/// What alerts ask about backups, read from what lies on the disk: manifests, receipts, drills, the journal. Nothing is remembered that could say «done»
/// when nothing is there.
/// </summary>
internal static class BackupMetrics
{
    private const string File = "outpost_backup.prom";

    /// <summary>Leaves them where node_exporter reads them. That this fails is no failure of the backup.</summary>
    public static void Write(DataDirectory data, BackupSettings how, TimeProvider clock)
    {
        try
        {
            PrivateDirectory.Ensure(data.Metrics, passable: true);
            AtomicFile.Write(Path.Combine(data.Metrics, File), Text(data, how, clock), AtomicFile.Readable);
        }
        catch (TroubleException)
        {
            // A stale file is seen by outpost_backup_metrics_timestamp_seconds.
        }
    }

    public static string Text(DataDirectory data, BackupSettings how, TimeProvider clock)
    {
        var parts = new BackupShelf(how.Directory).List().GroupBy(b => b.Name.Part).ToArray();
        var newest = parts.Select(p => p.LastOrDefault(b => b.IsGood)).OfType<Backup>().ToArray();
        var drills = DrillReport.All(data);
        var runs = new OperationJournal(data.Journal).Runs().Where(r => r.Start.Command == "backup run" && r.End is not null).ToArray();
        var text = new StringBuilder();

        Series("outpost_backup_last_success_timestamp_seconds", "Instant of which the newest verified backup is the picture.", newest.Select(b => (Label("part", b.Name.Part), Seconds(b.TakenAt))));
        Series("outpost_backup_size_bytes", "Size of the newest verified backup.", newest.Select(b => (Label("part", b.Name.Part), (double)b.Manifest!.Size)));
        Series("outpost_backup_previous_size_bytes", "Size of the one before it.", parts.Select(p => p.Where(b => b.IsGood).ToArray()).Where(p => p.Length > 1).Select(p => (Label("part", p[^1].Name.Part), (double)p[^2].Manifest!.Size)));
        Series("outpost_backup_verified", "Verified backups there are.", parts.Select(p => (Label("part", p.Key), (double)p.Count(b => b.IsGood))));
        Series("outpost_backup_damaged", "Backups that were found damaged.", parts.Select(p => (Label("part", p.Key), (double)p.Count(b => !b.IsGood))));
        Series("outpost_backup_offsite_last_success_timestamp_seconds", "Instant of the newest backup whose copy arrived.",
            from farEnd in how.Offsite
            from part in parts
            select (Label("part", part.Key) + "," + Label("to", farEnd), part.Where(b => Receipt.Of(b).Any(r => r.FarEnd == farEnd)).Select(b => Seconds(b.TakenAt)).DefaultIfEmpty(0).Max()));
        Series("outpost_backup_last_run_failed", "1 when the last backup run failed or was cut off.", runs.TakeLast(1).Select(r => ("", r.End!.Outcome == JournalOutcome.Ok ? 0.0 : 1.0)));
        Series("outpost_backup_duration_seconds", "How long the last backup run took.", runs.TakeLast(1).Select(r => ("", (r.End!.Ms ?? 0) / 1000.0)));
        Series("outpost_drill_last_success_timestamp_seconds", "When a backup was last proven to bring everything back; 0 when it never was.",
            newest.Select(b => b.Manifest!.System).OfType<string>().Union(drills.Select(d => d.System)).Select(system => (Label("system", system), drills.Where(d => d.Passed && d.System == system).Select(d => Seconds(d.At)).DefaultIfEmpty(0).Max())));
        Series("outpost_drill_last_failed", "1 when the last drill failed.", drills.GroupBy(d => d.System).Select(d => (Label("system", d.Key), d.Last().Passed ? 0.0 : 1.0)));
        Series("outpost_drill_restore_seconds", "How long the last drill that passed took to restore.", drills.Where(d => d.Passed).GroupBy(d => d.System).Select(d => (Label("system", d.Key), d.Last().RestoreMs / 1000.0)));
        Series("outpost_restore_predicted_seconds", "How long a restore of the newest backup would take at the speed of the last drill.",
            from backup in newest
            where backup.Manifest!.Database is not null
            let drill = drills.LastOrDefault(d => d.Passed && d.System == backup.Manifest!.System)
            where drill is not null
            select (Label("system", drill.System), backup.Manifest!.Database!.Bytes / drill.BytesPerSecond));
        Series("outpost_backup_metrics_timestamp_seconds", "When these were written.", [("", Seconds(clock.GetUtcNow()))]);
        return text.ToString();

        void Series(string name, string help, IEnumerable<(string Labels, double Value)> samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
            foreach (var (labels, value) in samples) text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value:0.###}\n");
        }
    }

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    private static string Label(string name, string value) => $"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
