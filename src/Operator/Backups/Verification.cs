using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>Whether a backup is still what was written: its manifest, its size, its checksum, and every block of it read by the program that would restore it.</summary>
internal static class Verification
{
    /// <returns>What is wrong; null when nothing is.</returns>
    public static async Task<string?> ProblemAsync(Backup backup, Settings settings, Action<long>? progress, CancellationToken ct)
    {
        if (backup.Manifest is not { } manifest) return backup.Problem;
        // What was found before is looked at anew: a disk may have been repaired.
        if (backup.Problem is { } problem && !File.Exists(backup.DamagePath)) return problem;
        if (new FileInfo(backup.Path) is var file && (!file.Exists || file.Length != manifest.Size)) return file.Exists ? $"it has {file.Length} bytes instead of {manifest.Size}" : "the file is gone";

        var read = await HashedFile.ReadAsync(backup.Path, progress, ct);
        if (read.Sha256 != manifest.Sha256) return $"its SHA-256 is {read.Sha256[..12]}… instead of {manifest.Sha256[..12]}…";

        return await StructureProblemAsync(backup.Path, manifest, settings, ct);
    }

    /// <summary>Verifies, and writes down beside the file what was found, so that nothing counts on a damaged one.</summary>
    public static async Task<string?> NoteAsync(Backup backup, Settings settings, Action<long>? progress, CancellationToken ct)
    {
        var problem = await ProblemAsync(backup, settings, progress, ct);
        if (problem is null) File.Delete(backup.DamagePath);
        else if (backup.Manifest is not null && File.Exists(backup.Path)) AtomicFile.Write(backup.DamagePath, problem + "\n");
        return problem;
    }

    internal static async Task<string?> StructureProblemAsync(string path, Manifest manifest, Settings settings, CancellationToken ct) => manifest switch
    {
        { Database: { } facts } => await DatabaseDump.DamageAsync(path, await PostgresTools.FindAsync(settings["POSTGRES_BIN"], facts.Major, ct), ct),
        { Redis: not null } => await RedisCopy.DamageAsync(path, ct),
        { Documents: { } facts } => await DocumentArchive.DamageAsync(path, facts, ct),
        { Configuration: not null } => await ConfigurationArchive.DamageAsync(path, ct),
        _ => "its manifest does not say what is in it",
    };
}
