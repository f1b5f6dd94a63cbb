using System.Globalization;
using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>Everything that one look at an archive saw, and what follows from it.</summary>
/// <param name="Growth">Bytes a second by which the backlog grows.</param>
internal sealed record ArchiveView(
    DateTimeOffset Now, ArchiveAccess Access, ArchiveSql.Archiver Archiver, bool Receiving, bool Suspended, long Backlog, double Growth, BackupsDue Due, (Beat? Newest, Beat? FirstLost) Beats, bool SlotLost)
{
    private ArchiveSettings Settings => Access.Settings;

    private long Limit => Settings.BacklogMegabytes * 1048576L;

    private bool Streams => Access.Stream is not null;

    public ArchiveState ToState(Beat written, Lsn recoverable, uint timeline, IReadOnlyList<Catalogue.Recovery> recoveries, long size, double? logPerDay)
    {
        var newest = Due.Backups is [.., var last] ? last : null;
        var free = Storage.FreeMegabytes(Access.Server.Data ?? Settings.Directory) * 1048576L;
        double? full = Growth > 0 ? Math.Max(0, Math.Min(Limit, Backlog + free) - Backlog) / Growth : null;
        return new(
            Now, Access.Archive.Engine, Settings.Directory, OnOneDisk(), written, Beats.Newest, Rpo(), PredictedRto(recoveries, size, newest, recoverable), Synchronous(), Streams ? Receiving : null,
            recoverable == default ? null : recoverable.ToString(), timeline, Archiver.Archived, Archiver.Failed, Streams ? null : Archiver.LastAt, Backlog, Limit, free, full, logPerDay, newest?.Label, newest?.StoppedAt,
            Due.Backups.Count, [.. Problems(full, newest)]);
    }

    /// <summary>How long the next restore takes: the files by the speed of the last, the log by what has come since the backup.</summary>
    internal static double? PredictedRto(IReadOnlyList<Catalogue.Recovery> recoveries, long size, BaseBackup? newest, Lsn recoverable)
    {
        if (recoveries.Count == 0 || recoveries[^1] is not { Bytes: > 0 } last) return null;

        var log = newest is null || recoverable <= newest.Start ? 0 : (double)((ulong)recoverable - (ulong)newest.Start);
        var rest = Math.Max(0, last.TotalSeconds - last.FetchSeconds - last.ReplaySeconds);
        return (size * last.FetchSeconds / last.Bytes) + Math.Max(last.ReplaySeconds, last.LogBytes > 0 ? log * last.ReplaySeconds / last.LogBytes : 0) + rest;
    }

    // What was committed since the newest row that would come back; the row after it is the first that would not.
    private double? Rpo() => Beats switch
    {
        (null, _) => null,
        (_, null) => 0,
        var (newest, _) => (Now - newest.At).TotalSeconds,
    };

    private string Synchronous() => Settings.Synchrony == Synchrony.Off ? "off" : Suspended ? "suspended" : Receiving ? "on" : "waiting";

    private bool OnOneDisk() => Access.Server.Data is { } data && Storage.SameDisk(data, Settings.Directory);

    private IEnumerable<ArchiveState.Problem> Problems(double? full, BaseBackup? newest)
    {
        if (!Streams && Archiver.FailedAt is { } failed && failed > (Archiver.LastAt ?? DateTimeOffset.MinValue))
        {
            yield return new("archive_failing", Text($"PostgreSQL cannot archive {Archiver.FailedWal}; {Backlog / 1048576.0:0} MB wait{When(full)}"), $"see why: tail {Access.Data.Postgres.Log}; is {Settings.Directory} there, writable, and not full?");
        }

        if (Backlog > Limit / 2) yield return new("archive_backlog", Text($"{Backlog / 1048576.0:0} MB of log wait to be archived; at {Limit / 1048576.0:0} MB they are given up and the archive has a gap{When(full)}"), $"mend what keeps it from {Settings.Directory}; it then drains by itself");
        if (Streams && !Receiving) yield return new("receiver_gone", Settings.Synchrony == Synchrony.Wait ? "the receiver of the log is gone, and every write waits for it" : "the receiver of the log is gone, and what is written now would be lost with the server", $"see why: tail {Access.Data.Logs}/receiver.log");
        if (SlotLost) yield return new("log_given_up", "log was given up before the receiver had fetched it", "outpost archive backup --full");
        if (Due.Gap.Count > 0) yield return new("archive_gap", Text($"{Due.Gap.Count} segments of the log are missing in the archive"), "outpost archive backup --full; see what else is wrong: outpost archive verify");
        if (Due.Failure is { } failure) yield return new("backup_failed", $"the last physical backup failed: {failure}", "outpost archive backup");
        if (newest is null && !Due.Running) yield return new("no_backup", "the archive holds no backup yet, so its log recovers nothing", "outpost archive backup");
        if (Rpo() is { } rpo && rpo > (2 * Settings.Timeout.TotalSeconds) + Settings.Heartbeat.TotalSeconds) yield return new("rpo_exceeded", Text($"{rpo:0} s of work would be lost now"), "outpost archive status");
    }

    private static string When(double? full) => full is { } seconds && seconds < TimeSpan.FromDays(3).TotalSeconds ? Text($"; at this pace in {TimeSpan.FromSeconds(seconds):d\\.hh\\:mm}") : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
