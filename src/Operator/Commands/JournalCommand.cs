using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Journal;
using Outpost.Operator.Locks;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost journal</c>: what was done to this installation, by whom, and how it ended.</summary>
public static class JournalCommand
{
    public static Command Create(Func<Settings> settings)
    {
        var data = UpCommand.DataOption();
        var last = new Option<int>("--last") { Description = "How many commands to show", DefaultValueFactory = _ => 20 };
        var json = new Option<bool>("--json") { Description = "As one JSON array, with every step" };
        var command = new Command("journal", "Show what was done to this installation, by whom, and how it ended") { data, last, json };
        command.SetAction(parsed =>
        {
            var place = DataDirectory.Of(parsed.GetValue(data), settings());
            var runs = new OperationJournal(place.Journal).Runs().TakeLast(parsed.GetValue(last)).ToArray();
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(CommandJson.Of(runs.Select(run => new
                {
                    run.Id,
                    run.Start.At,
                    run.Start.Who,
                    run.Start.Command,
                    run.Start.Target,
                    Outcome = Outcome(run, OperationLock.OwnerOf(place)),
                    run.End?.Ms,
                    run.End?.Detail,
                    Steps = run.Steps.Select(s => new { s.At, s.Step, s.Detail, s.Ms }),
                })));
                return ExitCodes.Ok;
            }

            var owner = OperationLock.OwnerOf(place);
            foreach (var run in runs)
            {
                var took = run.End?.Ms is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.0} s") : "";
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Start.At:yyyy-MM-dd HH:mm:ss}Z  {Outcome(run, owner),-8} {took,9}  {run.Start.Command} {run.Start.Target}  by {run.Start.Who}{(run.End?.Detail is { } why ? $": {why}" : "")}"));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Outcome(JournalledRun run, LockOwner? owner) => run.End?.Outcome switch
    {
        JournalOutcome.Ok => "ok",
        JournalOutcome.Failed => "failed",
        JournalOutcome.CutOff => "cut off",
        _ when owner?.Run == run.Id => "runs",
        _ => "cut off",
    };
}
