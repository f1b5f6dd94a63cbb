using System.Diagnostics;
using System.Globalization;
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
