using Outpost.Operator.Tests.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Backups;

/// <summary>The machine burns with everything on it but the key that was kept elsewhere; a new one takes its place.</summary>
public sealed class KeepingTheConfiguration(Prepared prepared)
{
    [Fact]
    public async Task The_passwords_of_an_installation_leave_it_encrypted_only_and_make_its_successor_the_same()
    {
        await using var burnt = await prepared.CopyAsync();
        var away = Directory.CreateTempSubdirectory("outpost-away-").FullName;
        burnt.With("BACKUP_OFFSITE", away);
        await burnt.UpAsync();
        await burnt.NoteAsync("what was sealed then");
        var run = await burnt.RunAsync("backup", "run");
        Assert.True(run.Code == 0, run.Out + run.Talk);
        var secrets = File.ReadAllText(burnt.Data.Secrets);
        var password = secrets.Split('\n').Single(l => l.StartsWith("POSTGRES_PASSWORD=", StringComparison.Ordinal)).Split('=')[1];
        var key = await burnt.RunAsync("backup", "key", "--show");

        // Nowhere in the backups, here or there, does it stand as it is.
        Assert.Equal("", await BackedUp.ShellAsync($"grep -rlF {password} {burnt.Data.Path}/backups {away} || true"));
        Assert.Equal(0, (await burnt.RunAsync("backup", "verify")).Code);
        await burnt.DownAsync();

        await using var next = new Installation().With("BACKUP_OFFSITE", away);
        Directory.CreateDirectory(next.Data.Path);
        await File.WriteAllTextAsync(Path.Combine(next.Data.Path, "backup.key"), key.Out, TestContext.Current.CancellationToken);
        var fetch = await next.RunAsync("backup", "fetch");
        Assert.True(fetch.Code == 0, fetch.Talk);
        var configuration = await next.RunAsync("backup", "configuration", "--into", next.Data.Path);

        Assert.True(configuration.Code == 0, configuration.Talk);
        Assert.StartsWith(next.Data.Secrets, configuration.Out, StringComparison.Ordinal);
        Assert.Equal(secrets, File.ReadAllText(next.Data.Secrets));
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(next.Data.Secrets));
        await next.UpAsync();
        var restore = await next.RunAsync("restore", "--latest", "--yes");
        Assert.True(restore.Code == 0, restore.Talk);
        Assert.Contains("what was sealed then", await next.NotesAsync());
        Assert.Equal(secrets, File.ReadAllText(next.Data.Secrets));

        // What is there is never written over, and another key opens nothing.
        Assert.Equal(3, (await next.RunAsync("backup", "configuration", "--into", next.Data.Path)).Code);
        await BackedUp.ShellAsync($"rm {next.Data.Path}/backup.key && age-keygen -o {next.Data.Path}/backup.key");
        var wrong = await next.RunAsync("backup", "configuration", "--into", Path.Combine(next.Data.Path, "elsewhere"));
        Assert.Equal(3, wrong.Code);
        Assert.Contains("cannot be decrypted with", wrong.Talk, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(next.Data.Path, "elsewhere", "secrets.env")));
        Directory.Delete(away, recursive: true);
    }
}
