using System.Text;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Journal;

public sealed class ChangingAnInstallation : IDisposable
{
    private static readonly DateTimeOffset Two = new(2026, 2, 19, 2, 0, 0, TimeSpan.Zero);
    private readonly DataDirectory _data = new(Path.Combine(Path.GetTempPath(), $"outpost-journal-{Guid.NewGuid():n}"));
    private readonly Clock _clock = new(Two);
    private readonly List<string> _said = [];

    private OperationJournal Journal => new(_data.Journal);

    [Fact]
    public async Task Who_did_what_when_and_how_it_ended_is_written_line_by_line()
    {
        var seen = new List<int>();
        var operations = new Operations(_clock) { Written = _ => seen.Add(File.ReadAllLines(_data.Journal).Length) };

        await operations.RunAsync(_data, "backup run", "fsm", _said.Add, operation =>
        {
            operation.Step("dump", "ai_fsm_20260219_020000.dump");
            return Task.CompletedTask;
        });

        Assert.Equal([1, 2, 3], seen);
        var run = Assert.Single(Journal.Runs());
        Assert.Equal((Two, "backup run", "fsm", Environment.ProcessId), (run.Start.At, run.Start.Command, run.Start.Target, run.Start.Pid));
        Assert.StartsWith(UnixUser.NameOf(UnixUser.OwnId), run.Start.Who, StringComparison.Ordinal);
        Assert.Equal(("dump", "ai_fsm_20260219_020000.dump"), (Assert.Single(run.Steps).Step, run.Steps[0].Detail));
        Assert.Equal(JournalOutcome.Ok, run.End!.Outcome);
        Assert.NotNull(run.End.Ms);
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(_data.Journal));
    }

    [Theory]
    [InlineData("trouble", "the disk is full")]
    [InlineData("settings", "KEY is wrong")]
    [InlineData("stop", "stopped")]
    [InlineData("fault", "ended by a fault in outpost itself")]
    public async Task One_that_fails_is_noted_with_its_reason_and_lets_go_of_the_lock(string how, string why)
    {
        var operations = new Operations(_clock);
        await Assert.ThrowsAnyAsync<Exception>(() => operations.RunAsync(_data, "backup run", "fsm", _said.Add, _ => throw (how switch
        {
            "trouble" => new TroubleException(TroubleKind.Failed, "the disk is full", "free some space"),
            "settings" => new SettingsException(new SettingsProblem("KEY", "is wrong", "set it right")),
            "stop" => new OperationCanceledException(),
            _ => new InvalidOperationException("with a person's name in it"),
        })));

        var end = Journal.Runs().Single().End!;
        Assert.Equal((JournalOutcome.Failed, why), (end.Outcome, end.Detail));
        await operations.RunAsync(_data, "backup run", "fsm", _said.Add, _ => Task.CompletedTask);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task A_second_one_is_refused_and_told_who_is_at_it()
    {
        var operations = new Operations(_clock);
        await operations.RunAsync(_data, "backup run", "fsm", _said.Add, async _ =>
        {
            var refused = await Assert.ThrowsAsync<TroubleException>(() => operations.RunAsync(_data, "restore", "fsm", _said.Add, _ => Task.CompletedTask));
            Assert.Equal(TroubleKind.Locked, refused.Kind);
            Assert.Contains($"outpost backup run fsm of {UnixUser.NameOf(UnixUser.OwnId)}", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"(pid {Environment.ProcessId}), since 2026-02-19 02:00:00Z", refused.Message, StringComparison.Ordinal);
        });

        Assert.Equal("backup run", Assert.Single(Journal.Runs()).Start.Command);
    }

    [Fact]
    public async Task What_need_not_wait_for_another_is_noted_beside_it_without_the_name_of_anybody()
    {
        var operations = new Operations(_clock);
        await operations.RunAsync(_data, "backup run", "all", _said.Add, async _ =>
        {
            Assert.Equal(0, await operations.NotedAsync(_data, "user password", "fsm", _said.Add, () => Task.FromResult(0)));
            Assert.Equal(3, await operations.NotedAsync(_data, "demo", "small", _said.Add, () => Task.FromResult(3)));
            await Assert.ThrowsAsync<Kernel.RuleException>(() => operations.NotedAsync(_data, "user add", "fsm", _said.Add, () => throw new Kernel.RuleException("EMAIL_TAKEN", "ann@example.com may sign in already")));
        });

        Assert.Equal(
            [("backup run", null, JournalOutcome.Ok), ("user password", null, JournalOutcome.Ok), ("demo", "ended with 3", JournalOutcome.Failed), ("user add", "EMAIL_TAKEN", JournalOutcome.Failed)],
            Journal.Runs().Select(r => (r.Start.Command, r.End!.Detail, r.End.Outcome!.Value)));
        Assert.DoesNotContain("ann", File.ReadAllText(_data.Journal), StringComparison.Ordinal);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Of_many_that_write_at_once_no_line_is_lost_or_torn()
    {
        PrivateDirectory.Ensure(_data.Path);
        File.WriteAllText(_data.Journal, "");
        var operations = new Operations(_clock);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++) await operations.NotedAsync(_data, "user add", $"{n}.{i}", _said.Add, () => Task.FromResult(0));
        })));

        Assert.Empty(_said);
        Assert.Equal(800, File.ReadAllLines(_data.Journal).Length);
        Assert.Equal(400, Journal.Runs().Where(r => r.End is not null).Select(r => r.Start.Target).Distinct().Count());
    }

    [Fact]
    public async Task Where_nothing_is_installed_nothing_is_written()
    {
        var operations = new Operations(_clock);

        Assert.Equal(0, await operations.RunWhereInstalledAsync(_data, "migrate up", "all", _said.Add, () => Task.FromResult(0)));
        Assert.Equal(0, await operations.NotedAsync(_data, "user add", "fsm", _said.Add, () => Task.FromResult(0)));

        Assert.False(Directory.Exists(_data.Path));
    }

    [Fact]
    public async Task One_that_was_killed_is_seen_by_the_next_which_says_so_once()
    {
        var killed = new JournalLine(Two, Guid.CreateVersion7(Two), JournalEvent.Start, "pi", 4711, "restore", "fsm");
        PrivateDirectory.Ensure(_data.Path);
        Journal.Append(killed);
        Journal.Append(killed with { Event = JournalEvent.Step, Step = "swap", Detail = "ai_fsm" });
        _clock.Advance(TimeSpan.FromMinutes(1));

        var operations = new Operations(_clock);
        await operations.RunAsync(_data, "backup run", "fsm", _said.Add, operation =>
        {
            var cut = Assert.Single(operation.CutOff);
            Assert.Equal((killed.Run, true, false), (cut.Id, cut.HasReached("swap"), cut.HasReached("restore")));
            return Task.CompletedTask;
        });
        await operations.RunAsync(_data, "backup run", "fsm", _said.Add, operation =>
        {
            Assert.Empty(operation.CutOff);
            return Task.CompletedTask;
        });

        Assert.Equal("outpost restore fsm of 2026-02-19 02:00:00Z was cut off at swap", Assert.Single(_said));
        Assert.Equal(JournalOutcome.CutOff, Journal.Runs()[0].End!.Outcome);
    }

    [Fact]
    public async Task A_line_torn_by_a_power_cut_at_any_byte_hides_no_other()
    {
        await new Operations(_clock).RunAsync(_data, "backup run", "fsm", _said.Add, _ => Task.CompletedTask);
        var whole = File.ReadAllBytes(_data.Journal);
        var second = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var cut = second; cut < whole.Length; cut += 7)
        {
            File.WriteAllBytes(_data.Journal, whole[..cut]);
            Assert.Single(Journal.Lines());

            Journal.Append(new JournalLine(Two, Guid.Empty, JournalEvent.Start, "pi", 1, "restore", "fsm"));
            Assert.Equal(["backup run", "restore"], Journal.Lines().Select(l => l.Command));
            Assert.StartsWith(Encoding.UTF8.GetString(whole[..cut]), File.ReadAllText(_data.Journal), StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_data.Path)) Directory.Delete(_data.Path, recursive: true);
    }
}
