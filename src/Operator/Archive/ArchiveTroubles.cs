using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive;

/// <summary>What can be wrong with an archive, each with the next thing to type.</summary>
internal static class ArchiveTroubles
{
    public static TroubleException AnotherCluster(string directory, string? evidence) => new(
        TroubleKind.Refused,
        $"the archive in {directory} belongs to another database cluster",
        $"if the data was lost: outpost restore --latest. If this cluster is to begin a new archive: mv {directory} {directory}.before, or set {ArchiveSettings.DirectoryKey} to another directory",
        evidence?.Trim());

    public static TroubleException Busy(string evidence) => new(TroubleKind.Locked, "another backup of this archive is running", "wait until it has ended: outpost archive status", evidence.Trim());

    public static TroubleException Damaged(BaseBackup backup, string evidence) => Storage.IsFull(evidence)
        ? new(TroubleKind.Failed, "the disk is full; nothing that runs was touched", "free some space (df -h), then run the restore again", LastLines(evidence))
        : new(
            TroubleKind.Failed,
            $"backup {backup.Label} could not be read whole; nothing that runs was touched",
            "see which parts of the archive are sound: outpost archive verify; then restore to an instant before the next older backup's end, or a dump: outpost restore --file FILE",
            LastLines(evidence));

    public static TroubleException Gap(IReadOnlyList<WalSegment> missing, WalSegment first, int segmentSize) => new(
        TroubleKind.Refused,
        $"the archive has a gap: segment {missing[0].Name(segmentSize)} {(missing.Count == 1 ? "is" : $"and {missing.Count - 1} more are")} missing, so nothing after it can be recovered; nothing that runs was touched",
        "bring the missing files back, or restore to an instant before the gap: outpost restore --time …; and close it for the future: outpost archive backup --full",
        $"needed without a gap from {first.Name(segmentSize)} on");

    internal static string LastLines(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(8));
}
