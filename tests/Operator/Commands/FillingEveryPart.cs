using Outpost.Aicq;
using Outpost.Assistant;
using Outpost.FieldService;
using Outpost.Operator.Commands;
using Outpost.Operator.Journal;
using Outpost.Operator.Tests.Backups;
using Outpost.Platform.Processes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Commands;

/// <summary><c>outpost demo</c> where every part is installed, also those that have nothing to show.</summary>
public sealed class FillingEveryPart(PostgresServer server)
{
    [Fact]
    public async Task Those_with_a_demo_get_it_once_and_those_without_are_passed_over()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        PrivateDirectory.Ensure(at.Data.Path);
        File.WriteAllText(at.Data.Journal, "");

        var first = await DemoAsync(at);
        var second = await DemoAsync(at);

        Assert.True(first.ExitCode == 0, first.All);
        Assert.Equal("fsm: the small demo company is there\n", first.Talk);
        Assert.Matches(@"\Afsm: sign in as \S+@\S+ with \S+ \(shown once\)\n\z", first.Output);
        Assert.True(await at.CountAsync("jobs") > 0);
        Assert.Equal((ExitCodes.Refused, "fsm: there is a demo company already; nothing was changed\n"), (second.ExitCode, second.Talk));
        Assert.Equal([("demo", JournalOutcome.Ok), ("demo", JournalOutcome.Failed)], new OperationJournal(at.Data.Journal).Runs().Select(r => (r.Start.Command, r.End!.Outcome!.Value)));
    }

    private static Task<Invocation> DemoAsync(BackedUp at) =>
        Invocation.AsTypedAsync(DemoCommand.Create([FieldServiceRole.Subsystem, AicqRole.Subsystem, AssistantRole.Subsystem], () => at.Settings, at.Clock));
}
