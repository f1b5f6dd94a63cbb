using Outpost.Operator.Backups;
using Outpost.Operator.Drills;
using Outpost.Operator.Journal;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>
/// Proves that the archive brings the whole server back, and writes down what was seen where the drills of dumps are written down. It is found under a
/// system of its own: that the log can be replayed says nothing about the dumps of a service, nor they about it.
/// </summary>
internal static class ArchiveDrill
{
    public const string System = "archive";

    /// <exception cref="TroubleException">It failed; that is written down as well.</exception>
    public static async Task<RestoredCluster> RunAsync(ArchiveAccess access, ArchiveRestore restore, Settings settings, Operation operation, TimeProvider clock, CancellationToken ct)
    {
        var began = clock.GetUtcNow();
        var log = DrillReport.LogOf(settings, access.Data);
        try
        {
            var restored = await restore.DrillAsync(operation, ct);
            Keep(Passed(restored, began));
            return restored;
        }
        catch (TroubleException e)
        {
            Keep(new(began, System, access.Settings.Directory, began, false, 0, (long)operation.Elapsed.TotalMilliseconds, 0, [], [new(1, "Basic connectivity", false, e.Message)], $"{e.Message}{(e.Evidence is { } evidence ? $" ({evidence.ReplaceLineEndings("; ")})" : "")}"));
            throw;
        }

        void Keep(DrillReport report)
        {
            report.Keep(access.Data, log);
            BackupMetrics.Write(access.Data, BackupSettings.Of(settings, access.Data), clock);
        }
    }

    private static DrillReport Passed(RestoredCluster restored, DateTimeOffset began)
    {
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var database in restored.Databases)
        {
            foreach (var (table, count) in database.Rows) rows[restored.Databases.Count == 1 ? table : $"{database.Name}.{table}"] = count;
        }

        return new(
            began, System, $"{restored.Plan.Base.Label} and log to {restored.End}", restored.Newest?.At ?? restored.Plan.Base.StoppedAt, true, (long)((restored.Times.FetchSeconds + restored.Times.ReplaySeconds) * 1000),
            (long)(restored.Times.TotalSeconds * 1000), restored.Times.Bytes, rows,
            [
                new(1, "Basic connectivity", true, $"timeline {restored.Timeline}"),
                new(2, "Rows are counted, services sign in, row-level security holds", true, $"{rows.Values.Sum()} rows in {rows.Count} tables"),
            ], null);
    }
}
