using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Backups;
using Outpost.Operator.Journal;
using Outpost.Operator.Restores;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost restore --latest|--file|--time|--name</c>, and <c>restore confirm|undo|resume</c> for what it kept.</summary>
public static class RestoreCommand
{
    /// <param name="physical">Restores from an archive; null where this build has none.</param>
    public static Command Create(IReadOnlyList<Role> roles, IReadOnlyList<Subsystem> subsystems, Migrate migrate, Func<Settings> settings, TimeProvider clock, IPhysicalRestore? physical = null) =>
        Create(roles, subsystems, migrate, settings, new Operations(clock), physical, MigrateSession.AskTerminal);

    internal static Command Create(
        IReadOnlyList<Role> roles, IReadOnlyList<Subsystem> subsystems, Migrate migrate, Func<Settings> load, Operations operations, IPhysicalRestore? physical, Func<string, string?> ask)
    {
        var latest = new Option<bool>("--latest") { Description = "From the archive where there is one, which loses the least; otherwise from the newest backup" };
        var file = new Option<string?>("--file") { Description = "From this dump, or the whole set of a stamp", HelpName = "FILE|STAMP" };
        var time = new Option<DateTimeOffset?>("--time") { Description = "To this instant, from the archive: 2026-02-19T14:03:00Z", HelpName = "TIME" };
        var name = new Option<string?>("--name") { Description = "To this named restore point, from the archive" };
        var logical = new Option<bool>("--dump") { Description = "With --latest: from the newest backup, even where there is an archive" };
        var system = BackupCommands.SystemOption(subsystems);
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var data = UpCommand.DataOption();
        var json = new Option<bool>("--json") { Description = "As one JSON document" };
        data.Recursive = json.Recursive = yes.Recursive = true;
        var command = new Command("restore", "Bring back what was backed up, beside what runs; it takes its place only when it is proven") { latest, file, time, name, logical, system, yes, data, json };
        command.Validators.Add(words =>
        {
            if (new[] { words.GetValue(latest), words.GetValue(file) is not null, words.GetValue(time) is not null, words.GetValue(name) is not null }.Count(x => x) != 1) words.AddError("Say from what: one of --latest, --file FILE, --time TIME, --name NAME.");
        });

        RestoreRun Run(ParseResult words, Settings set, DataDirectory place) => new(
            roles, subsystems, migrate, set, place, operations.Clock, (words.GetValue(json) ? words.InvocationConfiguration.Error : words.InvocationConfiguration.Output).WriteLine, words.InvocationConfiguration.Error.WriteLine);

        command.SetAction(async (words, ct) =>
        {
            var set = load();
            var place = DataDirectory.Of(words.GetValue(data), set);
            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            if (words.GetValue(time) is not null || words.GetValue(name) is not null || (words.GetValue(latest) && !words.GetValue(logical) && words.GetValue(system) is null && physical?.IsThere(place, set) is true))
            {
                if (physical?.IsThere(place, set) is not true) throw new TroubleException(TroubleKind.Refused, "an instant can only be restored from an archive, and there is none", "outpost backup list shows what there is; restore one with --file");
                return await physical.RestoreAsync(new(new(words.GetValue(time), words.GetValue(name)), place, set, words.GetValue(yes), words.GetValue(json), output, talk), ct);
            }

            var how = BackupSettings.Of(set, place);
            var chosen = Choose(words.GetValue(file), words.GetValue(system), subsystems, how);
            foreach (var backup in chosen.Where(b => b.Manifest?.System is not null))
            {
                var subsystem = subsystems.FirstOrDefault(s => s.Name == backup.Manifest!.System);
                if (subsystem is not null) await talk.WriteLineAsync(RestoreRun.Consent(backup, RestoreTarget.Of(set, subsystem, place), operations.Clock.GetUtcNow()));
            }

            if (!words.GetValue(yes) && !await AgreedAsync(ask, chosen[0].Name.Stamp, talk)) return ExitCodes.Refused;

            var report = await operations.RunAsync(place, "restore", chosen[0].Name.Stamp, talk.WriteLine, operation => Run(words, set, place).RunAsync(chosen, operation, ct));
            if (words.GetValue(json)) await output.WriteLineAsync(CommandJson.Of(report));
            else Tell(output, report);
            return ExitCodes.Ok;
        });

        command.Subcommands.Add(Verb("confirm", "Remove what was kept of before the restores", async (here, operation, ct) =>
        {
            string[] gone = [.. (await here.Run.Swapping.ConfirmAsync(operation, ct)).SelectMany(p => p.Swaps).Select(s => s.Kept), .. physical?.Confirm(here.Data, operation) ?? []];
            foreach (var kept in gone) await here.Output.WriteLineAsync($"Removed {kept}");
            if (gone.Length == 0) await here.Output.WriteLineAsync("Nothing was kept");
        }));
        command.Subcommands.Add(Verb("undo", "Take the last restore back: what ran before runs again", async (here, operation, ct) =>
        {
            // Of restores that followed each other the last goes first, whichever way it came.
            if (physical?.LastKept(here.Data) is { } whole && (SwapPlan.Kept(here.Data) is not [.., var dump] || whole > dump.Begun))
            {
                await here.Output.WriteLineAsync($"{await physical.UndoAsync(here.Data, here.Settings, operation, here.Talk, ct)} is again what it was before the restore");
                return;
            }

            var undone = await here.Run.Swapping.UndoAsync(operation, ct);
            foreach (var swap in undone.Swaps) await here.Output.WriteLineAsync($"{swap.Live} is again what it was before the restore of {undone.Stamp}");
        }));
        command.Subcommands.Add(Verb("resume", "Go on with a restore that was cut off while it put things in place", async (here, operation, ct) =>
        {
            if (!await here.Run.Swapping.FinishAsync(operation, ct)) await here.Output.WriteLineAsync("Nothing was cut off");
        }));
        return command;

        Command Verb(string word, string summary, Func<Here, Operation, CancellationToken, Task> work)
        {
            var verb = new Command(word, summary);
            verb.SetAction(async (words, ct) =>
            {
                var set = load();
                var place = DataDirectory.Of(words.GetValue(data), set);
                var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
                if (word != "resume" && !words.GetValue(yes) && !await AgreedAsync(ask, word, talk)) return ExitCodes.Refused;

                await operations.RunAsync(place, $"restore {word}", place.Path, talk.WriteLine, operation => work(new(Run(words, set, place), place, set, words.GetValue(json) ? talk : output, talk), operation, ct));
                if (words.GetValue(json)) await output.WriteLineAsync(CommandJson.Of(new { Done = word }));
                return ExitCodes.Ok;
            });
            return verb;
        }
    }

    private sealed record Here(RestoreRun Run, DataDirectory Data, Settings Settings, TextWriter Output, TextWriter Talk);

    /// <summary>The backups that were asked for: of one set, with everything that belongs to it.</summary>
    private static IReadOnlyList<Backup> Choose(string? file, string? system, IReadOnlyList<Subsystem> subsystems, BackupSettings how)
    {
        var known = new BackupShelf(how.Directory).List();
        if (file is not null && known.Where(b => b.Name.Stamp == file).ToArray() is { Length: > 0 } set) return Fitting(set, system);
        if (file is not null)
        {
            var one = BackupShelf.Of(BackupCommands.Named(file, how));
            return one.Problem is { } problem ? throw new TroubleException(TroubleKind.Refused, $"{Path.GetFileName(one.Path)} cannot be restored: {problem}", "take another one: outpost backup list") : [one];
        }

        // The newest set in which every database that is wanted is good. A damaged file is not passed over in silence: restore says so and the older one is the operator's choice.
        var wanted = subsystems.Where(s => system is null || s.Name == system).Select(s => s.Name).ToHashSet();
        var newest = known.Where(b => b.Manifest?.System is { } owner && wanted.Contains(owner)).GroupBy(b => b.Name.Stamp).OrderByDescending(g => g.Key, StringComparer.Ordinal).FirstOrDefault()
            ?? throw new TroubleException(TroubleKind.Refused, $"there is no backup in {how.Directory}", "bring one back from elsewhere with: outpost backup fetch");
        var chosen = Fitting([.. known.Where(b => b.Name.Stamp == newest.Key)], system);
        return chosen.FirstOrDefault(b => b.Problem is not null) is { } bad
            ? throw new TroubleException(TroubleKind.Refused, $"{Path.GetFileName(bad.Path)} of the newest set is damaged: {bad.Problem}", "choose an older set by its stamp: outpost backup list, then outpost restore --file STAMP")
            : chosen;
    }

    private static IReadOnlyList<Backup> Fitting(Backup[] set, string? system) =>
    [
        // The installation that restores has passwords and settings of its own.
        .. set.Where(b => b.Manifest?.Content is not BackupContent.Configuration).Where(b => system is null || b.Manifest?.System == system || (b.Manifest?.Content, system) is (BackupContent.Documents, "fsm") or (BackupContent.Redis, "aicq")),
    ];

    private static async Task<bool> AgreedAsync(Func<string, string?> ask, string word, TextWriter talk)
    {
        var typed = ask($"Type {word} to go on: ");
        if (typed?.Trim() == word) return true;

        await talk.WriteLineAsync(typed is null ? "There is no terminal to ask at. Nothing was changed. Fix: add --yes." : "That is not it. Nothing was changed.");
        return false;
    }

    private static void Tell(TextWriter output, RestoreReport report)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Restored {string.Join(", ", report.Files)} in {report.DurationMs / 1000.0:0.0} s: {report.Rows.Values.Sum()} rows in {report.Rows.Count} tables, as in the manifest"));
        output.WriteLine(report.Lost.Count == 0
            ? $"Nothing that ran before had more rows than what runs now"
            : $"What ran before had more rows: {string.Join(", ", report.Lost.Select(l => $"{l.Key} {l.Value}"))}");
        output.WriteLine($"Kept until «outpost restore confirm»: {string.Join(", ", report.Kept)}. Take it back with: outpost restore undo");
    }
}
