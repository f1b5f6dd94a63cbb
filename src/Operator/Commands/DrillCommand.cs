using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Backups;
using Outpost.Operator.Drills;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost drill</c>: restores the newest backup into a copy that touches nothing, signs in to it, and writes down what was seen.</summary>
public static class DrillCommand
{
    public static Command Create(IReadOnlyList<Role> roles, IReadOnlyList<Subsystem> subsystems, Migrate migrate, Func<Settings> settings, TimeProvider clock) => Create(roles, subsystems, migrate, settings, new Operations(clock));

    internal static Command Create(IReadOnlyList<Role> roles, IReadOnlyList<Subsystem> subsystems, Migrate migrate, Func<Settings> load, Operations operations)
    {
        var file = new Option<string?>("--file") { Description = "This backup; the newest by default", HelpName = "FILE" };
        var system = new Option<string?>("--system") { Description = "Whose backup; of each that has one by default", HelpName = string.Join('|', subsystems.Select(s => s.Name)) };
        system.AcceptOnlyFromAmong([.. subsystems.Select(s => s.Name)]);
        var require = new Option<int?>("--require") { Description = "Do none: end with 3 unless one passed within so many days. For a gate before a deployment", HelpName = "DAYS" };
        var data = UpCommand.DataOption();
        var json = new Option<bool>("--json") { Description = "As one JSON document" };
        var command = new Command("drill", "Prove that the newest backup brings everything back, in a copy that touches nothing") { file, system, require, data, json };
        command.SetAction(async (words, ct) =>
        {
            var set = load();
            var place = DataDirectory.Of(words.GetValue(data), set);
            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            var how = BackupSettings.Of(set, place);
            var known = new BackupShelf(how.Directory).List();
            string[] systems = words.GetValue(system) is { } only ? [only] : [.. subsystems.Select(s => s.Name).Where(name => known.Any(b => b.Manifest?.System == name))];
            if (words.GetValue(require) is { } days) return await GateAsync(place, systems.Length > 0 ? systems : [subsystems[0].Name], days, operations.Clock, output);

            Backup[] chosen = words.GetValue(file) is { } named ? [BackupShelf.Of(BackupCommands.Named(named, how))] : [.. systems.Select(name => known.LastOrDefault(b => b.Manifest?.System == name)).OfType<Backup>()];
            if (chosen.Length == 0) throw new TroubleException(TroubleKind.Refused, $"there is no backup {(words.GetValue(system) is { } name ? $"of {name} " : "")}in {how.Directory}", "outpost backup run");

            var log = DrillReport.LogOf(set, place);
            var reports = new List<DrillReport>();
            foreach (var main in chosen)
            {
                if (main.Manifest?.Database is null) throw new TroubleException(TroubleKind.Refused, $"{Path.GetFileName(main.Path)} cannot be drilled: {main.Problem ?? "it is no dump of a database"}", "outpost backup list");

                var together = known.Where(b => b.Name.Stamp == main.Name.Stamp && b.Manifest is { Database: null } && b.IsGood).Prepend(main).ToArray();
                reports.Add(await operations.RunAsync(place, "drill", main.Name.File, talk.WriteLine, async operation =>
                {
                    var drill = await new DrillRun(roles, subsystems, migrate, set, place, operations.Clock, (words.GetValue(json) ? talk : output).WriteLine).RunAsync(together, operation, ct);
                    drill.Keep(place, log);
                    BackupMetrics.Write(place, how, operations.Clock);
                    if (!drill.Passed) throw new TroubleException(TroubleKind.Failed, $"the drill of {drill.BackupFile} failed: {drill.Notes}", $"outpost backup verify --file {drill.BackupFile}; what was seen stands in {log}");
                    return drill;
                }));
                if (!words.GetValue(json)) await TellAsync(output, reports[^1], log);
            }

            if (words.GetValue(json)) await output.WriteLineAsync(CommandJson.Of(reports).AsMemory(), ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task TellAsync(TextWriter output, DrillReport report, string log)
    {
        await output.WriteLineAsync($"Step 5  ok      Recorded in {log}");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Drill passed: {report.BackupFile} is back in {report.RestoreMs / 1000.0:0.0} s ({report.BytesPerSecond / 1e6:0.0} MB/s of database)"));
    }

    private static async Task<int> GateAsync(DataDirectory data, string[] systems, int days, TimeProvider clock, TextWriter output)
    {
        foreach (var system in systems)
        {
            var last = DrillReport.All(data).LastOrDefault(d => d.System == system && d.Passed);
            var age = last is null ? (TimeSpan?)null : clock.GetUtcNow() - last.At;
            if (age is null || age > TimeSpan.FromDays(days))
            {
                throw new TroubleException(
                    TroubleKind.Refused,
                    age is null ? $"no backup of {system} was ever proven to bring it back" : string.Create(CultureInfo.InvariantCulture, $"the last drill of {system} that passed is {age.Value.TotalDays:0.0} days old; {days} are allowed"),
                    "outpost drill");
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"A backup of {system} was restored and signed in to {age.Value.TotalDays:0.0} days ago: {last!.BackupFile}"));
        }

        return ExitCodes.Ok;
    }
}
