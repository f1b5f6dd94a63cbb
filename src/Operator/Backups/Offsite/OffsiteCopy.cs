using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups.Offsite;

/// <summary>That a copy arrived: written beside a backup when the far end's checksum agreed.</summary>
/// <param name="File">The name there; it ends in <c>.age</c> when it is encrypted.</param>
/// <param name="Sha256">Of what lies there.</param>
internal sealed record Receipt(string FarEnd, string File, long Size, string Sha256, DateTimeOffset ArrivedAt)
{
    public static IReadOnlyList<Receipt> Of(Backup backup)
    {
        try
        {
            return System.IO.File.Exists(backup.ReceiptPath) ? JsonSerializer.Deserialize(System.IO.File.ReadAllText(backup.ReceiptPath), ReceiptJson.Default.ReceiptArray) ?? [] : [];
        }
        catch (JsonException)
        {
            // Then it is copied once more.
            return [];
        }
    }

    public static void Add(Backup backup, Receipt receipt) =>
        AtomicFile.Write(backup.ReceiptPath, JsonSerializer.Serialize([.. Of(backup).Where(r => r.FarEnd != receipt.FarEnd), receipt], ReceiptJson.Default.ReceiptArray) + "\n");

}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Receipt[]))]
internal sealed partial class ReceiptJson : JsonSerializerContext;

/// <summary>Brings every backup that is not yet there to a far end, and what has outlived its days away from it.</summary>
internal sealed class OffsiteCopy(BackupShelf shelf, BackupSettings settings, TimeProvider clock, Action<string> say)
{
    /// <returns>How many files arrived.</returns>
    /// <exception cref="TroubleException">One did not arrive, or arrived as something else.</exception>
    public async Task<int> BringAsync(IFarEnd farEnd, CancellationToken ct)
    {
        var waiting = shelf.List().Where(b => b.IsGood && Receipt.Of(b).All(r => r.FarEnd != farEnd.Name)).ToArray();
        if (waiting.Length == 0) return 0;

        var recipients = settings.Encrypts ? await new AgeKey(settings).RecipientsAsync(say, ct) : [];
        var sending = Path.Combine(shelf.Directory, BackupShelf.Sending);
        Directory.CreateDirectory(sending, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            foreach (var backup in waiting)
            {
                var (path, name) = (backup.Path, backup.Name.File);
                var sent = new HashedFile(backup.Manifest!.Size, backup.Manifest.Sha256);
                if (settings.Encrypts)
                {
                    (path, name) = (Path.Combine(sending, backup.Name.File + ".age"), backup.Name.File + ".age");
                    File.Delete(path);
                    sent = await AgeKey.EncryptAsync(backup.Path, path, recipients, ct);
                }

                await ArriveAsync(farEnd, path, name, sent, ct);
                // The manifest comes last: a file that has none there has not arrived.
                await ArriveAsync(farEnd, backup.ManifestPath, backup.Name.Manifest, await HashedFile.ReadAsync(backup.ManifestPath, null, ct), ct);
                Receipt.Add(backup, new(farEnd.Name, name, sent.Size, sent.Sha256, clock.GetUtcNow()));
                if (settings.Encrypts) File.Delete(path);
            }

            return waiting.Length;
        }
        finally
        {
            Directory.Delete(sending, recursive: true);
        }
    }

    /// <summary>Removes there what is older than its days. A far end that lets nothing be removed is no fault: it may be made so on purpose.</summary>
    /// <returns>The names that were removed.</returns>
    public async Task<IReadOnlyList<string>> PruneAsync(IFarEnd farEnd, CancellationToken ct)
    {
        var there = (await farEnd.ListAsync(ct)).ToHashSet(StringComparer.Ordinal);
        var backups = from manifest in there
                      where BackupName.TryParse(manifest) is { Extension: BackupName.ManifestExtension }
                      let name = BackupName.TryParse(manifest)
                      let stem = $"{name.Part}_{name.Stamp}."
                      let file = there.FirstOrDefault(f => f != manifest && f.StartsWith(stem, StringComparison.Ordinal))
                      select (Manifest: manifest, File: file, Kept: new Retention.Kept(name.Part, new Backup(name, "", null, null).TakenAt, file is not null));
        string[] outlived = [.. Retention.Outlived(backups, b => b.Kept, clock.GetUtcNow(), _ => settings.OffsiteKeepDays, settings.KeepLast).SelectMany(b => b.File is null ? [b.Manifest] : (string[])[b.File, b.Manifest])];
        if (outlived.Length == 0) return [];

        try
        {
            await farEnd.RemoveAsync(outlived, ct);
            return outlived;
        }
        catch (TroubleException e)
        {
            say($"{farEnd.Name} keeps {outlived.Length} files that have outlived their days: {e.Message}");
            return [];
        }
    }

    private static async Task ArriveAsync(IFarEnd farEnd, string path, string name, HashedFile sent, CancellationToken ct)
    {
        await farEnd.PutAsync(path, name, ct);
        if (await farEnd.DifferenceAsync(path, name, sent, ct) is not { } difference) return;

        throw new TroubleException(TroubleKind.Failed, $"the copy to {farEnd.Name} did not arrive: {difference}", "outpost backup offsite");
    }
}
