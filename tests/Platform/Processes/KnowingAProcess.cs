using System.Diagnostics;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Tests.Processes;

public sealed class KnowingAProcess
{
    [Theory]
    [InlineData("42 (postgres) S 1 42 42 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 98765 0", 42, 98765)]
    [InlineData("7 (a) b (c) R 1 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 11 0", 7, 11)]
    public void Its_name_may_hold_brackets_and_spaces(string stat, int pid, long started) =>
        Assert.Equal(new ProcessIdentity(pid, started), ProcessIdentity.Parse(stat));

    [Fact]
    public void One_that_only_waits_to_be_collected_does_not_run() =>
        Assert.Null(ProcessIdentity.Parse("42 (postgres) Z 1 42 42 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 98765 0"));

    [Fact]
    public void The_same_number_with_another_start_is_another_process()
    {
        Assert.True(ProcessIdentity.Own.Runs);
        Assert.False((ProcessIdentity.Own with { Started = ProcessIdentity.Own.Started - 1 }).Runs);
    }

    [Fact]
    public async Task A_signal_meant_for_an_earlier_process_of_that_number_reaches_nobody()
    {
        using var sleeper = Process.Start("sleep", "60");
        var earlier = ProcessIdentity.Of(sleeper.Id)! with { Started = 1 };

        Signals.Send(earlier, Signal.Kill);
        Assert.NotNull(ProcessIdentity.Of(sleeper.Id));

        Signals.Send(ProcessIdentity.Of(sleeper.Id)!, Signal.Kill);
        await sleeper.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(128 + 9, sleeper.ExitCode);
    }

    [Fact]
    public void A_leftover_is_known_by_its_program_and_its_directory_or_its_mark()
    {
        var directory = Directory.CreateTempSubdirectory("outpost-left-").FullName;
        using var left = Process.Start(new ProcessStartInfo("sleep", ["61.5"]) { WorkingDirectory = directory })!;
        try
        {
            Assert.Equal(left.Id, Assert.Single(Leftovers.Of(directory, "no such mark", "sleep")).Pid);
            Assert.Equal(left.Id, Assert.Single(Leftovers.Of("/no/such/directory", "sleep 61.5", "sleep")).Pid);
            Assert.Empty(Leftovers.Of("/no/such/directory", "no such mark", "sleep"));
            Assert.Empty(Leftovers.Of(directory, "sleep 61.5", "postgres"));
        }
        finally
        {
            left.Kill();
            left.WaitForExit();
            Directory.Delete(directory);
        }
    }
}
