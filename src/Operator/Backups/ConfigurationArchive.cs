using System.Formats.Tar;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>A file of an installation's own configuration.</summary>
/// <param name="Name">In the archive: <c>secrets.env</c>, <c>.env</c>.</param>
internal sealed record ConfigurationFile(string Name, string Path);

/// <summary>
/// The passwords and keys that an installation made for itself, and its settings. Without them what is restored elsewhere cannot read what was sealed with
/// them. They are encrypted before they touch the disk, here too, and whatever is set about other copies.
/// </summary>
internal static class ConfigurationArchive
{
    public const string Part = "configuration", Extension = ".tar.age";

    /// <summary>Those that there are.</summary>
    public static IReadOnlyList<ConfigurationFile> Of(Settings settings, DataDirectory data) =>
    [
        .. ((ConfigurationFile[])[new("secrets.env", data.Secrets), new(".env", Path.GetFullPath(settings["OUTPOST_ENV_FILE"] ?? ".env"))]).Where(file => File.Exists(file.Path)),
    ];

    /// <exception cref="TroubleException">It could not be encrypted, or not be decrypted again with the key that is here.</exception>
    /// <exception cref="IOException">It could not be kept.</exception>
    public static async Task<(HashedFile File, ConfigurationFacts Facts)> TakeAsync(IReadOnlyList<ConfigurationFile> files, string path, AgeKey key, Action<string> say, CancellationToken ct)
    {
        var recipients = await key.RecipientsAsync(say, ct);
        var written = await AgeKey.EncryptAsync((stream, token) => PackAsync(files, stream, token), path, recipients, ct);
        var facts = new ConfigurationFacts([.. files.Select(f => f.Name)], recipients);
        if (!key.IsHere || !recipients.Contains(await key.OwnRecipientAsync(ct))) return (written, facts);

        var there = new List<string>();
        using (var packed = await DecryptedAsync(path, key, ct))
        await using (var tar = new TarReader(packed))
        {
            while (await tar.GetNextEntryAsync(copyData: false, ct) is { } entry) there.Add(entry.Name);
        }

        return there.SequenceEqual(facts.Files) ? (written, facts) : throw new TroubleException(TroubleKind.Failed, "the configuration could not be read back from its backup", "look at the disk (dmesg | tail), then: outpost backup run");
    }

    /// <summary>Brings the files back into a directory; what is there already is left alone and refused.</summary>
    /// <returns>Their names.</returns>
    /// <exception cref="TroubleException">The key does not fit, the file is damaged, or one is there already.</exception>
    public static async Task<IReadOnlyList<string>> UnpackAsync(Backup backup, string directory, AgeKey key, CancellationToken ct)
    {
        if (backup.Manifest?.Configuration is not { } facts) throw new TroubleException(TroubleKind.Refused, $"{Path.GetFileName(backup.Path)} holds no configuration", "outpost backup list");

        PrivateDirectory.Ensure(directory, passable: UnixUser.IsRoot);
        if (facts.Files.FirstOrDefault(name => File.Exists(Path.Combine(directory, name))) is { } taken) throw new TroubleException(TroubleKind.Refused, $"{Path.Combine(directory, taken)} is there already", "name another directory with --into, and compare the two");

        var read = await HashedFile.ReadAsync(backup.Path, null, ct);
        if (read.Sha256 != backup.Manifest.Sha256) throw new TroubleException(TroubleKind.Refused, $"{Path.GetFileName(backup.Path)} is damaged: its SHA-256 is {read.Sha256[..12]}… instead of {backup.Manifest.Sha256[..12]}…", "take another one: outpost backup list");

        using var packed = await DecryptedAsync(backup.Path, key, ct);
        await TarFile.ExtractToDirectoryAsync(packed, directory, overwriteFiles: false, ct);
        return facts.Files;
    }

    /// <returns>What is wrong with it; null when nothing is that can be seen without its key.</returns>
    public static async Task<string?> DamageAsync(string path, CancellationToken ct)
    {
        var head = new byte[AgeKey.Header.Length];
        await using var file = File.OpenRead(path);
        return await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct) == head.Length && head.AsSpan().SequenceEqual(AgeKey.Header) ? null : "it is not encrypted by age";
    }

    // It is small, and nothing of it may reach the disk before all of it was found whole.
    private static async Task<MemoryStream> DecryptedAsync(string path, AgeKey key, CancellationToken ct)
    {
        var packed = new MemoryStream();
        await key.DecryptAsync(path, (stream, token) => stream.CopyToAsync(packed, token), ct);
        packed.Position = 0;
        return packed;
    }

    private static async Task PackAsync(IReadOnlyList<ConfigurationFile> files, Stream to, CancellationToken ct)
    {
        await using var tar = new TarWriter(to, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in files)
        {
            await using var content = File.OpenRead(file.Path);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, file.Name) { Mode = AtomicFile.Private, ModificationTime = File.GetLastWriteTimeUtc(file.Path), DataStream = content }, ct);
        }
    }
}
