using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>
/// Encryption by age: with public keys alone a machine can encrypt what it can then not read. Our own pair is made at the first need where no other
/// public key is set.
/// </summary>
internal sealed class AgeKey(BackupSettings settings)
{
    private static readonly string[] Places = ["/usr/local/bin", "/usr/bin", "/bin"];

    /// <summary>How every file that age made begins.</summary>
    public static ReadOnlySpan<byte> Header => "age-encryption.org/v1"u8;

    /// <summary>Whether age is installed.</summary>
    public static bool IsInstalled => Places.Any(place => File.Exists(Path.Combine(place, "age")));

    /// <summary>Whether our own private key lies on this machine.</summary>
    public bool IsHere => File.Exists(settings.IdentityFile);

    /// <summary>The public keys for which to encrypt.</summary>
    /// <param name="say">Told when a pair is made.</param>
    /// <exception cref="TroubleException">age is not installed, or a key cannot be read.</exception>
    public async Task<IReadOnlyList<string>> RecipientsAsync(Action<string> say, CancellationToken ct)
    {
        if (settings.Recipients.Count > 0) return settings.Recipients;
        if (!File.Exists(settings.IdentityFile))
        {
            var made = await ToolRun.OfAsync(new("age-keygen"), ct);
            if (made.Code != 0) throw new TroubleException(TroubleKind.Failed, "no key for encryption could be made", "sudo apt-get install -y age", made.Talk);

            AtomicFile.Write(settings.IdentityFile, made.Output);
            Storage.SyncNames(Path.GetDirectoryName(settings.IdentityFile)!);
            say($"A key for the backups was made: {settings.IdentityFile}. Without it nobody can read the copies elsewhere, not even you: keep a copy of it away from this machine (outpost backup key --show)");
        }

        return [await OwnRecipientAsync(ct)];
    }

    /// <exception cref="TroubleException">There is no private key here, or it is none.</exception>
    public async Task<string> OwnRecipientAsync(CancellationToken ct)
    {
        DemandIdentity();
        var run = await ToolRun.OfAsync(new("age-keygen", "-y", settings.IdentityFile), ct);
        return run.Code == 0 ? run.Output.Trim() : throw new TroubleException(TroubleKind.Refused, $"{settings.IdentityFile} is no key of age", "put the key that was kept elsewhere in its place", run.Evidence);
    }

    /// <exception cref="TroubleException">It could not be encrypted.</exception>
    /// <exception cref="IOException">It could not be kept.</exception>
    public static Task<HashedFile> EncryptAsync(string from, string to, IReadOnlyList<string> recipients, CancellationToken ct) =>
        EncryptAsync((stream, token) => CopyAsync(from, stream, token), to, recipients, ct);

    /// <param name="from">Writes what is to be encrypted; it never lies on the disk as it is.</param>
    /// <exception cref="TroubleException">It could not be encrypted.</exception>
    /// <exception cref="IOException">It could not be kept.</exception>
    public static async Task<HashedFile> EncryptAsync(Func<Stream, CancellationToken, Task> from, string to, IReadOnlyList<string> recipients, CancellationToken ct)
    {
        var written = default(HashedFile);
        var run = await ToolRun.OfAsync(
            new("age", [.. recipients.SelectMany(r => (string[])["--recipient", r])])
            {
                Input = from,
                Output = async (stream, token) => written = await HashedFile.WriteAsync(stream, to, null, token),
            },
            ct);
        return run.Code == 0 ? written : throw new TroubleException(TroubleKind.Failed, $"{Path.GetFileName(to)} could not be encrypted", "see that BACKUP_RECIPIENTS holds public keys of age: age1…", run.Evidence);
    }

    /// <exception cref="TroubleException">The private key is not here or does not fit, or the file is damaged.</exception>
    /// <exception cref="IOException">It could not be kept.</exception>
    public async Task<HashedFile> DecryptAsync(string from, string to, CancellationToken ct)
    {
        var written = default(HashedFile);
        try
        {
            await DecryptAsync(from, async (stream, token) => written = await HashedFile.WriteAsync(stream, to, null, token), ct);
            return written;
        }
        catch (TroubleException)
        {
            File.Delete(to);
            throw;
        }
    }

    /// <param name="to">Takes what was encrypted. What it took counts only when this returns.</param>
    /// <exception cref="TroubleException">As above.</exception>
    public async Task DecryptAsync(string from, Func<Stream, CancellationToken, Task> to, CancellationToken ct)
    {
        DemandIdentity();
        var run = await ToolRun.OfAsync(
            new("age", "--decrypt", "--identity", settings.IdentityFile)
            {
                Input = (stream, token) => CopyAsync(from, stream, token),
                Output = to,
            },
            ct);
        if (run.Code == 0) return;

        throw new TroubleException(
            TroubleKind.Refused, $"{Path.GetFileName(from)} cannot be decrypted with {settings.IdentityFile}",
            "put the key that belongs to it in its place, or name another with BACKUP_IDENTITY=FILE; if the key is right, the copy is damaged: take another", run.Evidence);
    }

    private void DemandIdentity()
    {
        if (File.Exists(settings.IdentityFile)) return;

        throw new TroubleException(TroubleKind.Refused, $"the private key is not here: {settings.IdentityFile}", "put the key that was kept elsewhere there, or name it with BACKUP_IDENTITY=FILE");
    }

    private static async Task CopyAsync(string from, Stream to, CancellationToken ct)
    {
        await using var file = File.OpenRead(from);
        await file.CopyToAsync(to, ct);
    }
}
