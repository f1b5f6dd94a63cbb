using System.CommandLine;
using System.Text.Json;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Operator.Schedules;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost up</c>: everything on this machine with no configuration, in the foreground or, with <c>--detach</c>, behind it.</summary>
public static class UpCommand
{
    private static readonly TimeSpan OtherStartsWithin = TimeSpan.FromMinutes(2);

    public static Command Create(IReadOnlyList<Role> roles, IReadOnlyList<Subsystem> subsystems, Migrate migrate, Func<Settings> settings, TimeProvider clock)
    {
        var demo = new Option<bool>("--demo") { Description = "Add a believable company to look at" };
        var data = DataOption();
        var which = new Option<string[]>("--roles") { Description = $"Only these, separated by commas: {string.Join(",", roles.Select(r => r.Name))}", AllowMultipleArgumentsPerToken = false };
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when it is healthy and let it run" };
        var json = new Option<bool>("--json") { Description = "Say what runs as one JSON object" };
        var behind = new Option<bool>(Detached.Flag) { Hidden = true };
        var command = new Command("up", "Start everything on this machine: database, cache, roles") { demo, data, which, detach, json, behind };
        command.SetAction(async (parsed, _) =>
        {
            var chosen = RoleChoice.Of(roles, parsed.GetValue(which));
            if (parsed.GetValue(detach)) return await Detached.StartAsync(parsed.Tokens.Select(t => t.Value).Where(word => word is not "--detach" and not "-d"));

            var set = settings();
            SettingsCheck.Demand(set, Say);
            // Somebody who looks around has no keys yet; where there is one, its provider is asked.
            if (parsed.GetValue(demo) && set["ASSISTANT_PRACTICE"] is null) set = set.With(("ASSISTANT_PRACTICE", "true"));
            var plan = new LocalPlan(DataDirectory.Of(parsed.GetValue(data), set), chosen, RoleChoice.Databases(chosen, subsystems, set), set, migrate, parsed.GetValue(demo));
            return await RunAsync(plan, parsed.GetValue(json), parsed.GetValue(behind), clock);
        });
        return command;
    }

    internal static Option<string?> DataOption() => new("--data") { Description = $"Where everything is kept; otherwise {DataDirectory.Key}, otherwise the user's own place", HelpName = "DIR" };

    private static async Task<int> RunAsync(LocalPlan plan, bool json, bool behind, TimeProvider clock)
    {
        using var stop = new StopSignals();
        while (LocalRun.TryBegin(plan, clock, Say) is var run)
        {
            if (run is null)
            {
                if (await OtherAsync(plan.Data, clock, stop.Asked) is not { } other) continue;
                UpWords.Write(Console.Out, Report(plan.Data, other), json, terminal: !Console.IsOutputRedirected);
                return ExitCodes.Ok;
            }

            await using (run)
            {
                // Roles print their log to standard output, whoever they are; what the operator is told takes the way that is kept.
                plan.Data.Log.Bound();
                var terminal = !Console.IsOutputRedirected;
                await using var words = StandardOutput.Divert(1, plan.Data.Log);
                try
                {
                    await new Operations(clock).NotedAsync(plan.Data, "up", string.Join(',', plan.Roles.Select(r => r.Name)), Say, async () =>
                    {
                        await run.StartAsync(stop.Asked);
                        return ExitCodes.Ok;
                    });
                }
                catch when (run.Logins.Count > 0)
                {
                    // These were created and will not be created again.
                    UpWords.WriteLogins(words, run.Logins);
                    throw;
                }

                UpWords.Write(words, Report(plan.Data, run), json, terminal);
                if (behind)
                {
                    await Detached.TakeLeaveAsync(words);
                    await StandardOutput.Divert(2, plan.Data.Log).DisposeAsync();
                }
                else
                {
                    Say("Ctrl-C stops it");
                }

                await using (new BuiltInClock(Schedule.Of(plan.Settings), plan.Data, clock, Say)) await stop.WaitAsync();
                Say("Stopping: roles, then Redis, then PostgreSQL");
            }

            Say("Stopped; everything is kept");
            return ExitCodes.Ok;
        }

        return ExitCodes.Ok;
    }

    /// <summary>Waits until the supervisor that has the lock is up. Null when it ended instead, so that the lock is free.</summary>
    private static async Task<RunRecord?> OtherAsync(DataDirectory data, TimeProvider clock, CancellationToken ct)
    {
        RunRecord? record = null;
        var free = false;
        var settled = await Signals.UntilAsync(() =>
        {
            record = RunRecord.OfRunning(data);
            if (record?.State is RunState.Running) return true;

            using var held = LockFile.TryTake(data.Lock);
            return free = held is not null;
        }, OtherStartsWithin, clock, ct);
        if (settled) return free ? null : record;

        throw new TroubleException(
            TroubleKind.Locked, $"another outpost{(record is null ? "" : $" (pid {record.Supervisor.Pid})")} holds {data.Path} and is {(record?.State ?? RunState.Starting).ToString().ToLowerInvariant()} for {OtherStartsWithin.TotalMinutes:0} minutes", $"look at its log: less {data.Log.Path}; or stop it: outpost down --data {data.Path}");
    }

    private static UpReport Report(DataDirectory data, LocalRun run) => new(
        false, Environment.ProcessId, data.Path, run.Roles, [.. run.Logins.Select(l => new UpReport.LoginLine(l.System, l.Login.Email, l.Login.Password))], run.Phases);

    private static UpReport Report(DataDirectory data, RunRecord other) => new(true, other.Supervisor.Pid, data.Path, other.Roles, [], other.Phases);

    private static void Say(string line) => Console.Error.WriteLine(line);
}
