using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>A backup as it lies in a directory.</summary>
/// <param name="Path">Of the file itself.</param>
/// <param name="Manifest">Null when what stands beside the file is no manifest of it.</param>
/// <param name="Problem">What can be seen without reading the file: no manifest, another's manifest, another size, found damaged before. Null when nothing is.</param>
internal sealed record Backup(BackupName Name, string Path, Manifest? Manifest, string? Problem)
{
    public bool IsGood => Problem is null;

    public DateTimeOffset TakenAt => Manifest?.TakenAt ?? DateTimeOffset.ParseExact(Name.Stamp, "yyyyMMdd_HHmmss", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    internal string ManifestPath => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, Name.Manifest);

    internal string DamagePath => Path + ".damaged";

    internal string ReceiptPath => Path + ".offsite.json";
}

/// <summary>
/// The directory in which backups lie. What is being taken lies in a hidden directory inside, and gets its names here only when all of it was verified;
/// so what has a name is whole.
/// </summary>
internal sealed class BackupShelf(string directory)
{
    private const string Taking = ".taking-", Whole = "whole";

    public string Directory => directory;

    /// <exception cref="TroubleException">It cannot be made, or lies inside a database cluster, with which it would be lost.</exception>
    public void Prepare()
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(at.FullName, "PG_VERSION"))) continue;

            throw new TroubleException(TroubleKind.Refused, $"{directory} lies inside the database cluster {at.FullName}: a backup there dies with the database", $"set {BackupSettings.DirectoryKey} to a directory elsewhere, best on another disk");
        }

        try
        {
            System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TroubleException(TroubleKind.Refused, $"the backup directory {directory} cannot be made", $"set {BackupSettings.DirectoryKey} to a directory that can be written", e.Message, e);
        }
    }

    /// <summary>Every backup that has a manifest, oldest first. It reads manifests, not the files.</summary>
    public IReadOnlyList<Backup> List() => !System.IO.Directory.Exists(directory) ? [] :
    [
        .. System.IO.Directory.EnumerateFiles(directory, "*" + BackupName.ManifestExtension)
            .Select(path => (Path: path, Name: BackupName.TryParse(System.IO.Path.GetFileName(path))))
            .Where(m => m.Name is not null)
            .Select(m => Read(m.Path, m.Name!))
            .OrderBy(b => b.Name.Stamp, StringComparer.Ordinal).ThenBy(b => b.Name.Part, StringComparer.Ordinal),
    ];

    /// <summary>The backup that a file is.</summary>
    public static Backup Of(string path)
    {
        var name = BackupName.TryParse(System.IO.Path.GetFileName(path));
        if (name is null) return new(new("", "", ""), path, null, "its name is none that outpost gives to a backup");

        var manifest = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, name.Manifest);
        return File.Exists(manifest) ? Read(manifest, name) : new(name, path, null, $"its manifest {name.Manifest} is not beside it");
    }

    /// <summary>Finishes what was verified when its command was killed, and removes what was not.</summary>
    /// <returns>What was done, a line each.</returns>
    public IReadOnlyList<string> Tidy()
    {
        var told = new List<string>();
        if (!System.IO.Directory.Exists(directory)) return told;

        foreach (var left in System.IO.Directory.EnumerateDirectories(directory, Taking + "*").ToArray())
        {
            var stamp = System.IO.Path.GetFileName(left)[Taking.Length..];
            if (File.Exists(System.IO.Path.Combine(left, Whole)))
            {
                Keep(left);
                told.Add($"The backup {stamp} was verified when its command was cut off; it is kept");
            }
            else
            {
                System.IO.Directory.Delete(left, recursive: true);
                told.Add($"The unfinished backup {stamp} was removed");
            }
        }

        var sending = System.IO.Path.Combine(directory, Sending);
        if (System.IO.Directory.Exists(sending)) System.IO.Directory.Delete(sending, recursive: true);
        return told;
    }

    /// <summary>Where what is encrypted for another machine lies until it is there.</summary>
    public const string Sending = ".sending";

    /// <summary>Begins the name of the hidden directory of a set that comes back from a far end; it is finished or removed like one that is being taken.</summary>
    public const string Fetching = Taking + "fetched-";

    /// <summary>A new hidden directory for what is being taken, and the stamp of the set.</summary>
    public (string Place, string Stamp) Begin(DateTimeOffset now)
    {
        var taken = System.IO.Directory.EnumerateFiles(directory).Select(f => BackupName.TryParse(System.IO.Path.GetFileName(f))?.Stamp).ToHashSet();
        while (taken.Contains(BackupName.StampOf(now))) now += TimeSpan.FromSeconds(1);
        var stamp = BackupName.StampOf(now);
        var place = System.IO.Path.Combine(directory, Taking + stamp);
        System.IO.Directory.CreateDirectory(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return (place, stamp);
    }

    /// <summary>Writes the manifests beside the files and says that all of it was verified: from here on it is kept, whatever happens.</summary>
    /// <exception cref="TroubleException">The disk says no.</exception>
    public static void Seal(string place, IEnumerable<Manifest> manifests)
    {
        foreach (var manifest in manifests) AtomicFile.Write(System.IO.Path.Combine(place, BackupName.TryParse(manifest.File)!.Manifest), manifest.Sealed().ToJson());
        Storage.SyncNames(place);
        AtomicFile.Write(System.IO.Path.Combine(place, Whole), "");
        Storage.SyncNames(place);
    }

    /// <summary>Gives the files of a sealed place their names; each manifest after its file.</summary>
    public void Keep(string place)
    {
        foreach (var path in System.IO.Directory.EnumerateFiles(place).Where(p => System.IO.Path.GetFileName(p) != Whole).OrderBy(p => p.EndsWith(BackupName.ManifestExtension, StringComparison.Ordinal)))
        {
            File.Move(path, System.IO.Path.Combine(directory, System.IO.Path.GetFileName(path)), overwrite: true);
        }

        Storage.SyncNames(directory);
        System.IO.Directory.Delete(place, recursive: true);
    }

    /// <summary>Removes a backup. Its manifest goes last, so that what is left of a removal that was cut off is seen as one.</summary>
    public static void Remove(Backup backup)
    {
        foreach (var path in (string[])[backup.Path, backup.DamagePath, backup.ReceiptPath, backup.ManifestPath]) File.Delete(path);
    }

    private static Backup Read(string manifestPath, BackupName name)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(manifestPath))!;
        var manifest = Manifest.TryRead(File.ReadAllText(manifestPath));
        if (manifest is null)
        {
            var beside = System.IO.Directory.EnumerateFiles(folder, $"{name.Part}_{name.Stamp}.*").FirstOrDefault(f => BackupName.TryParse(System.IO.Path.GetFileName(f)) is { Extension: not BackupName.ManifestExtension });
            return new(beside is null ? name : BackupName.TryParse(System.IO.Path.GetFileName(beside))!, beside ?? manifestPath, null, $"its manifest {name.Manifest} is damaged");
        }

        var own = BackupName.TryParse(manifest.File);
        if (own is null || own.Manifest != System.IO.Path.GetFileName(manifestPath) || manifest.Stamp != own.Stamp || manifest.Part != own.Part)
        {
            return new(name with { Extension = own?.Extension ?? "" }, System.IO.Path.Combine(folder, name.Part + "_" + name.Stamp + own?.Extension), null, $"its manifest {name.Manifest} is that of {manifest.File}");
        }

        var backup = new Backup(own, System.IO.Path.Combine(folder, manifest.File), manifest, null);
        var file = new FileInfo(backup.Path);
        return backup with
        {
            Problem = manifest.Format > Manifest.CurrentFormat ? "a newer outpost wrote it"
                : !file.Exists ? "the file is gone"
                : file.Length != manifest.Size ? $"it has {file.Length} bytes instead of {manifest.Size}"
                : File.Exists(backup.DamagePath) ? File.ReadAllText(backup.DamagePath).Trim()
                : null,
        };
    }
}
