using Outpost.Operator.Journal;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups.Offsite;

/// <summary>Brings a set back from a far end: decrypted, compared with its manifest and read to its end before it gets its name here.</summary>
internal sealed class OffsiteFetch(BackupSettings settings, Settings all)
{
    /// <param name="stamp">Of the set; null for the newest.</param>
    /// <returns>The names that are here now.</returns>
    /// <exception cref="TroubleException">There is no such set, the key does not fit, or what is there is not what was sent.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(IFarEnd farEnd, string? stamp, Operation operation, CancellationToken ct)
    {
        var shelf = new BackupShelf(settings.Directory);
        shelf.Prepare();
        foreach (var line in shelf.Tidy()) operation.Step("tidy", line);

        var there = await farEnd.ListAsync(ct);
        var manifests = there.Select(BackupName.TryParse).OfType<BackupName>().Where(n => n.Extension == BackupName.ManifestExtension).ToArray();
        var wanted = stamp ?? manifests.MaxBy(n => n.Stamp, StringComparer.Ordinal)?.Stamp;
        var chosen = manifests.Where(n => n.Stamp == wanted).OrderBy(n => n.Part, StringComparer.Ordinal).ToArray();
        if (chosen.Length == 0) throw new TroubleException(TroubleKind.Refused, $"{farEnd.Name} has no backup{(stamp is null ? "" : $" {stamp}")}", "look what is there, or name another place with --from");

        operation.Step("fetch", wanted);
        var place = Path.Combine(settings.Directory, BackupShelf.Fetching + wanted);
        Directory.CreateDirectory(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var fetched = new List<Manifest>();
            foreach (var name in chosen) fetched.Add(await FetchAsync(farEnd, there, name, place, ct));
            BackupShelf.Seal(place, fetched);
            operation.Step("keep", wanted);
            shelf.Keep(place);
            return [.. fetched.Select(m => m.File)];
        }
        catch (IOException e)
        {
            throw Storage.Trouble(settings.Directory, e);
        }
        finally
        {
            if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
        }
    }

    private async Task<Manifest> FetchAsync(IFarEnd farEnd, IReadOnlyList<string> there, BackupName name, string place, CancellationToken ct)
    {
        var beside = Path.Combine(place, name.File);
        await farEnd.GetAsync(name.File, beside, ct);
        var manifest = Manifest.TryRead(await File.ReadAllTextAsync(beside, ct)) ?? throw Bad(farEnd, name.File, "it is damaged");
        if (BackupName.TryParse(manifest.File)?.Manifest != name.File) throw Bad(farEnd, name.File, $"it is that of {manifest.File}");

        var path = Path.Combine(place, manifest.File);
        HashedFile got;
        if (there.Contains(manifest.File + ".age"))
        {
            var encrypted = path + ".age";
            await farEnd.GetAsync(manifest.File + ".age", encrypted, ct);
            got = await new AgeKey(settings).DecryptAsync(encrypted, path, ct);
            File.Delete(encrypted);
        }
        else if (there.Contains(manifest.File))
        {
            await farEnd.GetAsync(manifest.File, path, ct);
            got = await HashedFile.ReadAsync(path, null, ct);
        }
        else
        {
            throw Bad(farEnd, manifest.File, "it is not there");
        }

        if ((got.Size, got.Sha256) != (manifest.Size, manifest.Sha256)) throw Bad(farEnd, manifest.File, $"its SHA-256 is {got.Sha256[..12]}… instead of {manifest.Sha256[..12]}…");
        return await Verification.StructureProblemAsync(path, manifest, all, ct) is { } problem ? throw Bad(farEnd, manifest.File, problem) : manifest;
    }

    private static TroubleException Bad(IFarEnd farEnd, string file, string problem) =>
        new(TroubleKind.Refused, $"{file} at {farEnd.Name} cannot be used: {problem}", "fetch an older set with --stamp, or from another place with --from");
}
