using System.CommandLine;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost migrate up|status|history|verify|down|stamp</c>: the schema of each subsystem's database.</summary>
public static class MigrateCommands
{
    /// <param name="subsystems">Those with a database.</param>
    /// <param name="load">Where the settings come from; the environment and <c>.env</c> when null.</param>
    public static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings>? load = null, TimeProvider? clock = null) => Create(subsystems, load ?? (() => Settings.Load()), MigrateSession.AskTerminal, clock);

    /// <param name="ask">Asks a person to type something; null is returned when there is nobody to ask.</param>
    internal static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> load, Func<string, string?> ask, TimeProvider? clock = null)
    {
        var operations = new Operations(clock ?? TimeProvider.System);
        var system = new Option<string?>("--system") { Description = "Only this one; all of them by default.", Recursive = true, HelpName = string.Join('|', subsystems.Select(s => s.Name)) };
        system.AcceptOnlyFromAmong([.. subsystems.Select(s => s.Name)]);
        var json = new Option<bool>("--json") { Description = "Print the result as JSON.", Recursive = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var data = UpCommand.DataOption();
        data.Recursive = true;
        var force = new Option<bool>("--force") { Description = "Whatever the schema looks like." };
        var name = new Argument<string>("name") { Description = "The migration, such as 0007_invoice_numbers." };

        Command Verb(string verb, string summary, Func<MigrateSession, ParseResult, CancellationToken, Task<int>> run, params Symbol[] takes)
        {
            var changes = verb is "up" or "down" or "stamp";
            var command = new Command(verb, summary);
            foreach (var symbol in takes)
            {
                if (symbol is Option option) command.Options.Add(option);
                if (symbol is Argument argument) command.Arguments.Add(argument);
            }

            command.SetAction((parsed, ct) =>
            {
                Subsystem[] chosen = [.. subsystems.Where(s => parsed.GetValue(system) is not { } only || s.Name == only)];
                Task<int> EachAsync() => ForEachAsync(chosen, () => InstalledDatabases.Over(load(), subsystems, parsed.GetValue(data)), ask, parsed, parsed.GetValue(json), run, ct);
                return ToldAsync(parsed, () => changes && !(takes.Contains(dryRun) && parsed.GetValue(dryRun))
                    ? operations.RunWhereInstalledAsync(DataDirectory.Of(parsed.GetValue(data), load()), $"migrate {verb}", parsed.GetValue(system) ?? "all", parsed.InvocationConfiguration.Error.WriteLine, EachAsync)
                    : EachAsync(), ct);
            });
            return command;
        }

        return new Command("migrate", "Bring the databases to the schema of this build, or look how they stand.")
        {
            system,
            data,
            json,
            Verb("up", "Apply what is pending, one transaction a file; stop at the first failure.", (s, p, ct) => s.UpAsync(p.GetValue(dryRun), ct), dryRun),
            Verb("status", "Show the current revision and what is pending.", (s, _, ct) => s.StatusAsync(ct)),
            Verb("history", "List what was applied, when, by whom and how long it took.", (s, _, ct) => s.HistoryAsync(ct)),
            Verb("verify", "Compare the database with what its migrations made.", (s, _, ct) => s.VerifyAsync(ct)),
            Verb("down", "Take the newest migration back, with all data in what it drops.", (s, p, ct) => s.DownAsync(p.GetValue(dryRun), p.GetValue(yes), ct), dryRun, yes),
            Verb("stamp", "Note migrations as applied without running them, where their tables are already there.",
                (s, p, ct) => s.StampAsync(p.GetRequiredValue(name), p.GetValue(force), p.GetValue(yes), ct), name, force, yes),
        };
    }

    private static async Task<int> ForEachAsync(
        Subsystem[] chosen, Func<Settings> load, Func<string, string?> ask, ParseResult parsed, bool json,
        Func<MigrateSession, ParseResult, CancellationToken, Task<int>> run, CancellationToken ct)
    {
        var (result, talk) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var settings = load();
        settings.DemandOneDatabaseEach(chosen);
        var worst = ExitCodes.Ok;
        foreach (var subsystem in chosen)
        {
            await using var owner = SubsystemMigrations.OwnerSource(subsystem, settings);
            var session = new MigrateSession(subsystem, owner, MigrationSet.From(subsystem.Migrations), result, talk, json, ask);
            worst = Math.Max(worst, await run(session, parsed, ct));
            if (worst != ExitCodes.Ok) break;
        }

        return worst;
    }

    private static async Task<int> ToldAsync(ParseResult parsed, Func<Task<int>> work, CancellationToken ct)
    {
        var talk = parsed.InvocationConfiguration.Error;
        try
        {
            return await work();
        }
        catch (SettingsException e)
        {
            await talk.WriteLineAsync(e.Message);
            return ExitCodes.Configuration;
        }
        catch (MigrationException e)
        {
            await talk.WriteLineAsync(e.Message);
            return e.Fault switch
            {
                MigrationFault.Refused => ExitCodes.Refused,
                MigrationFault.Locked => ExitCodes.Locked,
                MigrationFault.Failed => ExitCodes.Failed,
                _ => ExitCodes.Failed,
            };
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await talk.WriteLineAsync("Interrupted. The file that was being applied was rolled back. Next: outpost migrate status");
            return ExitCodes.Failed;
        }
    }
}
