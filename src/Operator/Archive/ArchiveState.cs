using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive;

/// <summary>What the keeper of an archive last saw. <c>archive status --json</c> prints it.</summary>
/// <param name="At">When it looked.</param>
/// <param name="Heartbeat">The newest row written to the server.</param>
/// <param name="Recoverable">The newest of those rows that the archive could bring back.</param>
/// <param name="RpoSeconds">What would be lost now: the age of the oldest commit that the archive does not hold. Null until the first row has arrived.</param>
/// <param name="RtoSeconds">How long a restore would take now, from the last one and the size; null when there was none.</param>
/// <param name="Synchronous"><c>off</c>, <c>on</c>, <c>waiting</c> (writes wait for the receiver) or <c>suspended</c> (they go on without it).</param>
/// <param name="RecoverableTo">Where the recoverable log ends.</param>
/// <param name="BacklogBytes">Finished log on the server's disk that is not archived.</param>
/// <param name="BacklogLimitBytes">At this much it is given up.</param>
/// <param name="LogBytesPerDay">What the log alone writes to the server's disk, at the pace since the keeper started.</param>
/// <param name="FullInSeconds">When the limit is reached if it goes on like this; null when it does not grow.</param>
internal sealed record ArchiveState(
    DateTimeOffset At,
    string Engine,
    string Directory,
    bool SameDisk,
    Beat? Heartbeat,
    Beat? Recoverable,
    double? RpoSeconds,
    double? RtoSeconds,
    string Synchronous,
    bool? ReceiverConnected,
    string? RecoverableTo,
    uint Timeline,
    long Archived,
    long Failures,
    DateTimeOffset? LastArchivedAt,
    long BacklogBytes,
    long BacklogLimitBytes,
    long DiskFreeBytes,
    double? FullInSeconds,
    double? LogBytesPerDay,
    string? NewestBackup,
    DateTimeOffset? NewestBackupAt,
    int Backups,
    IReadOnlyList<ArchiveState.Problem> Problems)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What should not stay like this.</summary>
    /// <param name="Code">The same as in the alert.</param>
    internal sealed record Problem(string Code, string Cause, string Next);

    /// <summary>Null when none was written, or what was written is no longer whole.</summary>
    public static ArchiveState? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<ArchiveState>(File.ReadAllBytes(path), Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>It is written every few seconds, so it is not forced to the disk: what a power cut takes is written again.</summary>
    public void Write(string path)
    {
        var next = path + ".new";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(this, Json));
        File.SetUnixFileMode(next, AtomicFile.Readable);
        File.Move(next, path, overwrite: true);
    }
}
