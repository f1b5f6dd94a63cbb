using Outpost.FieldService;
using Outpost.Operator.Tests.Archive;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Runtimes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Runbooks;

public sealed class FollowingTheRunbooks(PostgresServer server, Prepared prepared)
{
    [Theory]
    [InlineData("backup-and-restore.md")]
    [InlineData("archive-and-point-in-time.md")]
    public void Nothing_in_them_is_shown_that_is_not_executed(string file) =>
        Assert.All(File.ReadLines(Path.Combine(Repository.Root, "docs/runbooks", file)).Where(l => l.TrimStart().StartsWith("```", StringComparison.Ordinal)).Chunk(2), fence => Assert.Equal(["```console", "```"], fence));

    [Fact]
    public async Task Every_command_of_the_archives_runbook_does_what_it_says()
    {
        await using var shop = await Archived.ShopAsync(prepared, "pgbackrest");
        await shop.NoteAsync("something to bring back");
        await Archived.StateAsync(shop, state => state is { Recoverable: not null, LogBytesPerDay: not null, Problems.Count: 0 });
        var bin = Outpost(shop.Data.Path);
        var environment = shop.Environment();
        environment["PATH"] = $"{bin}:{System.Environment.GetEnvironmentVariable("PATH")}";

        await Runbook.FollowAsync(Path.Combine(Repository.Root, "docs/runbooks/archive-and-point-in-time.md"), Repository.Root, environment, TestContext.Current.CancellationToken);

        Assert.Contains("something to bring back", await shop.NotesAsync());
    }

    [Fact]
    public async Task Every_command_of_the_backup_runbook_does_what_it_says()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await FieldServiceRole.Subsystem.FirstLogin(at.Settings, TestContext.Current.CancellationToken);
        at.With("BACKUP_OFFSITE", Directory.CreateDirectory(Path.Combine(at.Root, "usb")).FullName);
        File.WriteAllText(Path.Combine(at.Documents, "receipt.pdf"), "paper");
        File.WriteAllText(at.Settings["OUTPOST_ENV_FILE"]!, "BACKUP_KEEP_DAYS=7\n");
        var bin = Outpost(at.Root);
        var environment = at.Settings.Keys.ToDictionary(k => k, k => at.Settings[k] ?? "");
        environment["PATH"] = $"{bin}:{environment["PATH"]}";
        environment["OUTPOST"] = Path.Combine(bin, "outpost");

        await Runbook.FollowAsync(Path.Combine(Repository.Root, "docs/runbooks/backup-and-restore.md"), Repository.Root, environment, TestContext.Current.CancellationToken);
    }

    /// <summary>A directory with the command in it, by its name.</summary>
    private static string Outpost(string root)
    {
        var bin = Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;
        File.WriteAllText(Path.Combine(bin, "outpost"), $"#!/bin/sh\nexec '{System.Environment.ProcessPath}' \"$@\"\n");
        File.SetUnixFileMode(Path.Combine(bin, "outpost"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return bin;
    }

    [Theory]
    [InlineData("a …\n", "a b\n", true)]
    [InlineData("a …\n", "b a\n", false)]
    [InlineData("…\nend\n", "1\n2\nend\n", true)]
    [InlineData("", "something\n", false)]
    [InlineData("[x] (1.4M)\n", "[x] (1.4M)\n", true)]
    [InlineData("one\n", "one\ntwo\n", false)]
    public void What_comes_has_to_be_what_is_written(string expected, string output, bool fits) =>
        Assert.Equal(fits, Runbook.Fits(expected.Split('\n')[..^1], output));
}
