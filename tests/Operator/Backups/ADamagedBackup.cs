using System.Text;
using Outpost.Operator.Backups;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Backups;

public sealed class ADamagedBackup(PostgresServer server)
{
    [Theory]
    [InlineData("flipped bytes", "SHA-256")]
    [InlineData("truncated", "bytes instead of")]
    [InlineData("swapped manifest", "is that of")]
    [InlineData("renamed manifest", "SHA-256|bytes instead of|is that of")]
    [InlineData("flipped manifest", "is damaged")]
    [InlineData("counts changed in the manifest", "is damaged")]
    [InlineData("no manifest", "is not beside it")]
    public async Task It_is_found_and_named(string how, string problem)
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var other = await at.TakenAsync();
        at.Clock.Advance(TimeSpan.FromDays(1));
        var backup = await at.TakenAsync();

        Harm.Do(how, backup, other);
        var verify = await at.BackupAsync("verify", "--file", backup.Path);

        Assert.Equal(1, verify.ExitCode);
        Assert.Matches($"^DAMAGED ai_fsm_20260220_020000.dump: .*({problem})", verify.Output);
        Assert.Equal(0, (await at.BackupAsync("verify", "--file", other.Path)).ExitCode);
    }

    [Fact]
    public async Task It_is_found_even_when_the_checksum_was_made_to_fit()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var backup = await at.TakenAsync();
        Harm.Flip(backup.Path);
        var read = await HashedFile.ReadAsync(backup.Path, null, TestContext.Current.CancellationToken);
        File.WriteAllText(backup.ManifestPath, (backup.Manifest! with { Sha256 = read.Sha256 }).Sealed().ToJson());

        Assert.Equal(1, (await at.BackupAsync("verify", "--file", backup.Path)).ExitCode);
    }

    [Fact]
    public async Task It_does_not_count_among_the_last_good_ones_until_it_is_found_whole_again()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        at.With("BACKUP_KEEP_LAST", "1");
        var old = await at.TakenAsync();
        at.Clock.Advance(TimeSpan.FromDays(9));
        var whole = File.ReadAllBytes((await at.BackupAsync("run", "--system", "fsm")).ExitCode == 0 ? at.Shelf.List().Last(b => b.Manifest!.Database is not null).Path : "");
        var young = at.Shelf.List().Last(b => b.Manifest!.Database is not null);
        Assert.DoesNotContain(old.Name.File, at.Names);

        Harm.Flip(young.Path);
        Assert.Equal(1, (await at.BackupAsync("verify", "--file", young.Path)).ExitCode);
        Assert.False(BackupShelf.Of(young.Path).IsGood);
        at.Clock.Advance(TimeSpan.FromDays(30));
        Assert.DoesNotContain("ai_fsm", (await at.BackupAsync("prune", "--dry-run")).Output, StringComparison.Ordinal);

        File.WriteAllBytes(young.Path, whole);
        Assert.Equal(0, (await at.BackupAsync("verify", "--file", young.Path)).ExitCode);
        Assert.True(BackupShelf.Of(young.Path).IsGood);
    }
}

/// <summary>What happens to files.</summary>
internal static class Harm
{
    public static void Do(string how, Backup backup, Backup other)
    {
        switch (how)
        {
            case "flipped bytes":
                Flip(backup.Path);
                break;
            case "truncated":
                using (var file = new FileStream(backup.Path, FileMode.Open)) file.SetLength(file.Length * 6 / 10);
                break;
            case "swapped manifest":
                File.Copy(other.ManifestPath, backup.ManifestPath, overwrite: true);
                break;
            case "renamed manifest":
                File.Copy(other.Path, backup.Path, overwrite: true);
                using (var file = new FileStream(backup.Path, FileMode.Append)) file.WriteByte(0);
                break;
            case "flipped manifest":
                Flip(backup.ManifestPath);
                break;
            case "counts changed in the manifest":
                File.WriteAllText(backup.ManifestPath, File.ReadAllText(backup.ManifestPath).Replace("\"clients\": 3007", "\"clients\": 3006", StringComparison.Ordinal));
                break;
            case "no manifest":
                File.Delete(backup.ManifestPath);
                break;
            default:
                throw new ArgumentException(how);
        }
    }

    /// <summary>64 bytes near the end, where no table of contents is.</summary>
    public static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var i = bytes.Length * 19 / 20; i < (bytes.Length * 19 / 20) + 64 && i < bytes.Length; i++) bytes[i] ^= 0x55;
        File.WriteAllBytes(path, bytes);
    }
}
