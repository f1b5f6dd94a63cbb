using System.CommandLine;
using Outpost.Operator.Journal;
using Outpost.Operator.Nodes;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost node add|run|status|promote|fence</c>: a second server that follows the first, and takes over when somebody says so.</summary>
public static class NodeCommands
{
    public static Command Create(Func<Settings> settings, TimeProvider clock)
    {
        var data = UpCommand.DataOption();
        data.Recursive = true;
        var json = new Option<bool>("--json") { Description = "As one JSON object" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        return new Command("node", "A second server that follows the first, and takes over when you say so")
        {
            data,
            Add(settings, data, clock),
            Run(settings, data, clock),
            Status(settings, data, json),
            Promote(settings, data, json, yes, clock),
            FenceOff(settings, data, yes, clock),
        };
    }

    private static Command Add(Func<Settings> settings, Option<string?> data, TimeProvider clock)
    {
        var from = new Option<string>("--from") { Description = "The primary: its data directory on this machine, or the URL of a role that may replicate", Required = true, HelpName = "DIR|URL" };
        var name = new Option<string>("--name") { Description = "What the primary calls this node", DefaultValueFactory = _ => "second" };
        var replace = new Option<bool>("--replace") { Description = "Put a database that lies there aside first" };
        var command = new Command("add", "Make this data directory a standby that follows another server") { from, name, replace };
        command.SetAction(async (parsed, ct) =>
        {
            var set = settings();
            var own = DataDirectory.Of(parsed.GetValue(data), set);
            var record = await new Operations(clock).RunAsync(own, "node add", own.Path, Say, operation =>
                AddStandby.RunAsync(own, parsed.GetRequiredValue(from), parsed.GetRequiredValue(name), parsed.GetValue(replace), set, operation, clock, Say, ct));
            Console.WriteLine($"{record.Name} in {own.Path} is a copy of {record.PrimaryUrl}. Let it follow: outpost node run --detach --data {own.Path}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Run(Func<Settings> settings, Option<string?> data, TimeProvider clock)
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when it follows and let it run" };
        var behind = new Option<bool>(Detached.Flag) { Hidden = true };
        var command = new Command("run", "Let a standby follow its primary") { detach, behind };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(detach)) return await Detached.StartAsync(parsed.Tokens.Select(t => t.Value).Where(word => word is not "--detach" and not "-d"));

            var set = settings();
            var own = DataDirectory.Of(parsed.GetValue(data), set);
            using var stop = new StopSignals();
            await using var standby = await StandbyServer.StartAsync(own, set, clock, Say, stop.Asked);
            Console.WriteLine($"Follows {NodeRecord.Read(own)?.PrimaryUrl}. Stop: outpost down --data {own.Path}");
            if (parsed.GetValue(behind))
            {
                await using var words = StandardOutput.Divert(1, own.Log);
                await Detached.TakeLeaveAsync(words);
                await StandardOutput.Divert(2, own.Log).DisposeAsync();
            }

            await stop.WaitAsync();
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Status(Func<Settings> settings, Option<string?> data, Option<bool> json)
    {
        var command = new Command("status", "Show who follows whom, and how far behind") { json };
        command.SetAction(async (parsed, ct) =>
        {
            var own = DataDirectory.Of(parsed.GetValue(data), settings());
            var view = await NodeView.LookAsync(own, ct) ?? throw new TroubleException(TroubleKind.Failed, $"the database in {own.Path} does not answer", $"outpost status --data {own.Path}");
            if (parsed.GetValue(json)) Console.WriteLine(CommandJson.Of(view));
            else if (view.Lines().ToArray() is { Length: > 0 } lines) Console.WriteLine(string.Join('\n', lines));
            else Console.WriteLine("primary; nobody follows it");
            return view.Healthy ? ExitCodes.Ok : ExitCodes.Degraded;
        });
        return command;
    }

    private static Command Promote(Func<Settings> settings, Option<string?> data, Option<bool> json, Option<bool> yes, TimeProvider clock)
    {
        var fence = new Option<bool>("--fence") { Description = "Stop a primary on this machine that still runs" };
        var fenceCommand = new Option<string?>("--fence-command") { Description = "Run this first; it must succeed only when the primary elsewhere is off and stays off", HelpName = "CMD" };
        var destroyed = new Option<bool>("--primary-destroyed") { Description = "You have seen that the primary elsewhere is off and stays off" };
        var command = new Command("promote", "Let a standby take over; its primary is fenced first") { fence, fenceCommand, destroyed, yes, json };
        command.SetAction(async (parsed, ct) =>
        {
            var set = settings();
            var own = DataDirectory.Of(parsed.GetValue(data), set);
            Demand(parsed.GetValue(yes), $"Let {own.Path} take over and fence its primary for good", own.Path);
            var promoted = await new Operations(clock).RunAsync(own, "node promote", own.Path, Say, operation => new Promotion(own, set, clock, Say).RunAsync(
                new(parsed.GetValue(fence), parsed.GetValue(fenceCommand), parsed.GetValue(destroyed)), (data, token) => DownCommand.StopAsync(data, set, Console.Error, clock, token), operation, ct));
            if (parsed.GetValue(json)) Console.WriteLine(CommandJson.Of(promoted));
            else
            {
                Console.WriteLine($"{promoted.Node} is the primary, with all log to {promoted.Reached}{(promoted.Complete is { } complete ? complete ? ": everything the old one had committed" : ": LESS than the old one had committed" : "")}; the old one: {promoted.FencedBy}");
                Console.WriteLine($"Start everything there: outpost up --detach --data {own.Path}");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command FenceOff(Func<Settings> settings, Option<string?> data, Option<bool> yes, TimeProvider clock)
    {
        var command = new Command("fence", "Stop this installation and keep it from starting again, because another node takes over") { yes };
        command.SetAction(async (parsed, ct) =>
        {
            var set = settings();
            var own = DataDirectory.Of(parsed.GetValue(data), set);
            Demand(parsed.GetValue(yes), $"Stop {own.Path} and keep it from starting again", own.Path);
            await new Operations(clock).RunAsync(own, "node fence", own.Path, Say, operation =>
            {
                operation.Step("fence");
                return Promotion.FenceAsync(own, "outpost node fence", (data, token) => DownCommand.StopAsync(data, set, Console.Error, clock, token), clock, Say, ct);
            });
            Console.WriteLine($"{own.Path} is stopped and does not start again until {own.Fence} is removed");
            return ExitCodes.Ok;
        });
        return command;
    }

    // Without a terminal nothing is asked: it is refused.
    private static void Demand(bool yes, string what, string typed)
    {
        if (yes) return;

        if (Console.IsInputRedirected) throw new TroubleException(TroubleKind.Refused, $"{what}: nobody is there to confirm it", "add --yes");
        Console.Error.Write($"{what}? Type {typed} to go on: ");
        if (Console.ReadLine()?.Trim() != typed) throw new TroubleException(TroubleKind.Refused, "not confirmed; nothing was changed", "type the path as it is shown, or add --yes");
    }

    private static void Say(string line) => Console.Error.WriteLine(line);
}
