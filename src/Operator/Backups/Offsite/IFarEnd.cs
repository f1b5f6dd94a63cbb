using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups.Offsite;

/// <summary>A place away from this machine, or on another disk, where copies of backups go.</summary>
internal interface IFarEnd
{
    /// <summary>As it is set.</summary>
    string Name { get; }

    /// <summary>Copies a file there; under its name there is nothing before all of it is there.</summary>
    /// <exception cref="TroubleException">It did not arrive.</exception>
    Task PutAsync(string path, string name, CancellationToken ct);

    /// <summary>Compares the checksum of what lies there, as the far end has it, with what was sent.</summary>
    /// <param name="path">The file that was sent.</param>
    /// <returns>What is wrong; null when they agree.</returns>
    /// <exception cref="TroubleException">The far end cannot be asked.</exception>
    Task<string?> DifferenceAsync(string path, string name, HashedFile sent, CancellationToken ct);

    /// <exception cref="TroubleException">The far end cannot be asked.</exception>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken ct);

    /// <exception cref="TroubleException">It did not arrive here.</exception>
    Task GetAsync(string name, string path, CancellationToken ct);

    /// <exception cref="TroubleException">The far end lets nothing be removed.</exception>
    Task RemoveAsync(IReadOnlyList<string> names, CancellationToken ct);
}

internal static class FarEnds
{
    /// <summary>What a word of <c>BACKUP_OFFSITE</c> means: a path, <c>rclone:REMOTE:PATH</c>, <c>rsync:HOST:PATH</c> or <c>rsync://HOST/MODULE</c>.</summary>
    /// <exception cref="SettingsException">It is none of these.</exception>
    public static IFarEnd Of(string word) => word switch
    {
        ['/', ..] => new DirectoryFarEnd(Path.TrimEndingDirectorySeparator(word)),
        _ when word.StartsWith("rclone:", StringComparison.Ordinal) && word["rclone:".Length..].Contains(':', StringComparison.Ordinal) => new RcloneFarEnd(word["rclone:".Length..]),
        _ when word.StartsWith("rsync://", StringComparison.Ordinal) && word.Length > "rsync://".Length => new RsyncFarEnd(word),
        _ when word.StartsWith("rsync:", StringComparison.Ordinal) && word["rsync:".Length..].Split(':', 2) is [{ Length: > 0 } host, { Length: > 0 }] && host[0] != '-' => new RsyncFarEnd(word["rsync:".Length..]),
        _ => throw new SettingsException(new SettingsProblem(
            BackupSettings.OffsiteKey, "names a place that is not understood",
            "write a directory (/mnt/usb/backups), rclone:REMOTE:PATH (S3 and whatever else rclone knows), rsync:HOST:/PATH or rsync://HOST/MODULE; several are joined by commas")),
    };
}
