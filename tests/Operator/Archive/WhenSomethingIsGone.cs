using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Archive;

public sealed class WhenSomethingIsGone(Prepared prepared)
{
    [Fact]
    public async Task The_tool_that_restores_is_killed_after_each_line_of_the_journal_and_the_next_run_goes_on_to_the_end()
    {
        await using var shop = await Archived.ShopAsync(prepared, "stream", "wait");
        await shop.NoteAsync("acknowledged");
        await Archived.KillAsync(shop);
        Archived.Wipe(shop);

        // The third line, because the first tells of the start and the second of who was killed before: prepare, fetch, recover, validate, swap, end.
        for (var line = 3; line <= 8; line++)
        {
            shop.With(EntryPoint.KillAfterLine, line.ToString(CultureInfo.InvariantCulture));
            var killed = await shop.RunAsync("restore", "--latest", "--yes");
            Assert.True(killed.Code == 137, $"line {line}: {killed.Code} {killed.Talk}");
        }

        shop.With(EntryPoint.KillAfterLine, "");
        await shop.UpAsync();
        Assert.Contains("acknowledged", await shop.NotesAsync());
        Assert.Empty(Directory.GetDirectories(shop.Data.Path, "postgres.restored-*"));
    }

    [Theory]
    [InlineData("pgbackrest")]
    [InlineData("stream")]
    public async Task The_tool_that_backs_up_is_killed_after_each_line_of_the_journal_and_what_is_listed_is_whole(string engine)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine);
        await shop.NoteAsync("kept");

        foreach (var words in new[] { new[] { "archive", "backup", "--full" }, ["archive", "drill"] })
        {
            var line = 0;
            while (true)
            {
                shop.With(EntryPoint.KillAfterLine, (++line).ToString(CultureInfo.InvariantCulture));
                var run = await shop.RunAsync(words);
                if (run.Code == 0) break;

                Assert.True(run.Code == 137, $"{words[1]}, line {line}: {run.Code} {run.Talk}");
            }

            Assert.True(line > 3, $"{words[1]} wrote {line} lines");
        }

        shop.With(EntryPoint.KillAfterLine, "");
        var verify = await shop.RunAsync("archive", "verify");
        Assert.True(verify.Code == 0, verify.Out);
        Assert.Empty(Directory.GetDirectories(shop.Data.Path, "drill-*"));
        Assert.DoesNotContain(Directory.GetDirectories(shop.Data.Archive, ".*", SearchOption.AllDirectories), d => Path.GetFileName(d).StartsWith('.'));
        Assert.True(await shop.IsHealthyAsync());
    }

    [Theory]
    [InlineData("pgbackrest", "run/archive/lock/outpost-backup.lock")]
    [InlineData("stream", "archive/backup.lock")]
    public async Task Of_two_backups_at_once_the_second_is_told_and_changes_nothing(string engine, string held)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine);
        var before = await shop.RunAsync("archive", "list", "--json");

        // As the other one holds it: whoever comes may open the file, and finds it taken.
        var path = Path.Combine(shop.Data.Path, held);
        await BackedUp.ShellAsync($"touch {path} && chmod 666 {path}");
        LockFile? first = null;
        await Installation.UntilAsync(() => (first = LockFile.TryTake(path)) is not null);
        var second = await shop.RunAsync("archive", "backup", "--full");
        first!.Dispose();
        File.Delete(path);

        Assert.Equal(4, second.Code);
        Assert.Contains("another backup of this archive is running", second.Talk, StringComparison.Ordinal);
        Assert.Equal(JsonNode.Parse(before.Out)!["backups"]!.ToJsonString(), JsonNode.Parse((await shop.RunAsync("archive", "list", "--json")).Out)!["backups"]!.ToJsonString());
        Assert.Equal(0, (await shop.RunAsync("archive", "backup", "--full")).Code);
    }

    [Fact]
    public async Task Without_the_server_a_backup_fails_and_says_what_to_do_and_nothing_is_removed()
    {
        await using var shop = await Archived.ShopAsync(prepared, "pgbackrest");
        await shop.DownAsync();
        var before = Archived.Fingerprint(shop.Data.Archive);

        foreach (var words in new[] { new[] { "archive", "backup" }, ["archive", "point", "now"] })
        {
            var answer = await shop.RunAsync(words);
            Assert.Equal(1, answer.Code);
            Assert.Contains("does not answer", answer.Talk, StringComparison.Ordinal);
            Assert.Contains("Next: outpost up", answer.Talk, StringComparison.Ordinal);
        }

        Assert.Equal(before, Archived.Fingerprint(shop.Data.Archive));
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("continue")]
    public async Task Without_the_receiver_writes_wait_or_go_on_as_the_operator_chose(string choice)
    {
        await using var shop = await Archived.ShopAsync(prepared, "stream", choice);
        await Archived.StateAsync(shop, state => state is { Synchronous: "on", RpoSeconds: < 1 });
        var receiver = shop.Server("receiver");
        await SignalAsync("-STOP", receiver);

        var writing = shop.NoteAsync("written without a receiver");
        if (choice == "wait")
        {
            var state = await Archived.StateAsync(shop, s => s.Synchronous == "waiting");
            Assert.Contains("receiver_gone", state.Problems.Select(p => p.Code));
            Assert.False(writing.IsCompleted);
            Assert.Equal(5, (await shop.RunAsync("archive", "status")).Code);
        }
        else
        {
            await writing;
            await Archived.StateAsync(shop, s => s.Synchronous == "suspended");
        }

        await SignalAsync("-CONT", receiver);
        await writing;
        await Archived.StateAsync(shop, s => s is { Synchronous: "on", Problems.Count: 0 });
    }

    [Fact]
    public async Task An_archive_that_cannot_be_written_is_reported_and_drains_by_itself_when_it_can()
    {
        await using var shop = await Archived.ShopAsync(prepared, "pgbackrest", timeout: 1);
        var repository = Path.Combine(shop.Data.Archive, "pgbackrest/archive/outpost/15-1");
        foreach (var directory in Directory.EnumerateDirectories(repository).Append(repository)) File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await shop.NoteAsync("written while it fails");
        var failing = await Archived.StateAsync(shop, state => state.Problems.Any(p => p.Code == "archive_failing") && state.BacklogBytes > 0);
        Assert.True(failing.Failures > 0);
        var stuck = failing.Recoverable;
        await Archived.StateAsync(shop, state => state.RpoSeconds > 5 && state.Recoverable == stuck);

        foreach (var directory in Directory.EnumerateDirectories(repository).Append(repository)) File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Archived.StateAsync(shop, state => state is { Problems.Count: 0, BacklogBytes: 0, RpoSeconds: < 5 });
    }

    private static async Task SignalAsync(string signal, ProcessIdentity process)
    {
        using var kill = Process.Start("kill", [signal, process.Pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
