using Outpost.Platform.Processes;

namespace Outpost.Platform.Tests.Processes;

public sealed class SupervisingAProgram : IDisposable
{
    private readonly LogFile _log = new(Path.Combine(Path.GetTempPath(), $"outpost-{Guid.NewGuid():n}.log"));
    private readonly List<string> _said = [];

    [Fact]
    public async Task One_that_is_killed_runs_again_and_one_line_says_so()
    {
        await using var program = Run("sleep", "60");
        var first = program.Identity!;

        Signals.Send(first, Signal.Kill);
        await UntilAsync(() => program.Identity is { } next && next != first);

        Assert.Contains($"(pid {first.Pid}) ended by signal 9", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Contains("started again in 0.1 s", _said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_stopped_stays_stopped()
    {
        await using var program = Run("sleep", "60");
        var process = program.Identity!;

        Assert.True(await program.StopAsync(Signal.Terminate, TimeSpan.FromSeconds(20), Signal.Kill));

        Assert.False(process.Runs);
        Assert.Null(program.Identity);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task One_that_does_not_listen_is_made_to_end()
    {
        await using var program = Run("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 60; done");
        await UntilAsync(() => _log.Since(0).Contains("deaf", StringComparison.Ordinal));

        Assert.False(await program.StopAsync(Signal.Terminate, TimeSpan.FromMilliseconds(1), Signal.Kill));
    }

    [Fact]
    public async Task What_it_prints_and_what_it_is_told_stay_between_it_and_its_log()
    {
        await using var program = new SupervisedProcess(new("cat", ["sh", "-c", "cat; env; exec sleep 60"], Input: "a secret\n"), _log, TimeProvider.System, _said.Add, _ => null);
        program.Start();

        await UntilAsync(() => _log.Since(0).Contains("LANG=C.UTF-8", StringComparison.Ordinal));

        Assert.StartsWith("a secret", _log.Since(0), StringComparison.Ordinal);
        Assert.DoesNotContain("HOME=", _log.Since(0), StringComparison.Ordinal);
        Assert.DoesNotContain("a secret", ProcessIdentity.Command(program.Identity!.Pid), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_log_is_emptied_in_place_when_it_has_grown()
    {
        var log = new LogFile(_log.Path, largest: 10);
        File.WriteAllText(log.Path, "more than ten bytes");

        log.Bound();

        Assert.Equal(0, log.Length);
        Assert.Equal("more than ten bytes", File.ReadAllText(log.Path + ".1"));
    }

    public void Dispose()
    {
        File.Delete(_log.Path);
        File.Delete(_log.Path + ".1");
    }

    private SupervisedProcess Run(params string[] words)
    {
        var program = new SupervisedProcess(new("Sleeper", words), _log, TimeProvider.System, _said.Add, _ => null);
        program.Start();
        return program;
    }

    private static async Task UntilAsync(Func<bool> so) =>
        Assert.True(await Signals.UntilAsync(so, TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken));
}
