using Outpost.Operator.Tests.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Restores;

public sealed class RestoringAnInstallation(Prepared prepared)
{
    [Fact]
    public async Task Database_redis_and_documents_come_back_together_while_it_runs_and_can_be_taken_back_together()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();
        await installation.NoteAsync("then");
        await installation.RedisAsync("SET key then");
        Directory.CreateDirectory(installation.Data.Files);
        await File.WriteAllTextAsync(Path.Combine(installation.Data.Files, "paper"), "then", TestContext.Current.CancellationToken);
        var backup = await installation.RunAsync("backup", "run");
        Assert.True(backup.Code == 0, backup.Out + backup.Talk);
        Assert.Equal(["configuration", "documents", "notes_of_shop", "redis"], new Outpost.Operator.Backups.BackupShelf(Path.Combine(installation.Data.Path, "backups")).List().Select(b => b.Name.Part));

        await installation.NoteAsync("since");
        await installation.RedisAsync("SET key since");
        File.Delete(Path.Combine(installation.Data.Files, "paper"));
        var before = installation.Server("redis");

        var restore = await installation.RunAsync("restore", "--latest", "--yes");

        Assert.True(restore.Code == 0, restore.Out + restore.Talk);
        Assert.Contains("What ran before had more rows: notes 1", restore.Out, StringComparison.Ordinal);
        await installation.HealthyAsync();
        Assert.Equal(["the first owner", "then"], await installation.NotesAsync());
        Assert.True(File.Exists(Path.Combine(installation.Data.Files, "paper")));
        await Installation.UntilAsync(async () => await installation.RedisAsync("GET key") == "then");
        Assert.NotEqual(before, installation.Server("redis"));
        Assert.NotEqual(0u, UnixUser.IsRoot ? PrivateDirectory.Owner(installation.Data.Redis.Data) : 1u);

        var undo = await installation.RunAsync("restore", "undo", "--yes");

        Assert.True(undo.Code == 0, undo.Out + undo.Talk);
        await installation.HealthyAsync();
        Assert.Contains("since", await installation.NotesAsync());
        await Installation.UntilAsync(async () => await installation.RedisAsync("GET key") == "since");
        Assert.False(File.Exists(Path.Combine(installation.Data.Files, "paper")));
        Assert.Equal(0, (await installation.RunAsync("down")).Code);
    }
}
