using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Backups;
using Outpost.Operator.Backups.Offsite;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost backup run|list|verify|prune|offsite|fetch|key|configuration</c>: copies of everything that must survive.</summary>
public static class BackupCommands
{
    public static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, TimeProvider clock) => Create(subsystems, settings, new Operations(clock));

    internal static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, Operations operations)
    {
        var here = new Here(subsystems, settings, operations);
        return new("backup", "Copies of everything that must survive, each proven to be readable")
        {
            Run(here),
            List(here),
            Verify(here),
            Prune(here),
            OffsiteCommand(here),
            Fetch(here),
            Key(here),
            Configuration(here),
            BackupSchedule.Create(here.Settings, here.Data, here.Json),
            Metrics(here),
        };
    }

    private sealed record Here(IReadOnlyList<Subsystem> Subsystems, Func<Settings> Settings, Operations Operations)
    {
        public Option<string?> Data { get; } = UpCommand.DataOption();

        public Option<bool> Json { get; } = new("--json") { Description = "As one JSON document" };

        public (Settings Settings, DataDirectory Data, BackupSettings How) Of(ParseResult words)
        {
            var set = Settings();
            var data = DataDirectory.Of(words.GetValue(Data), set);
            return (set, data, BackupSettings.Of(set, data));
        }

        public TimeProvider Clock => Operations.Clock;
    }

    private static Command Run(Here here)
    {
        var system = SystemOption(here.Subsystems);
        var command = new Command("run", "Take a backup of everything, verify it, copy it away, and remove what is too old") { system, here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (settings, data, how) = here.Of(words);
            var sources = BackupSources.Of(settings, here.Subsystems, data, words.GetValue(system));
            var (output, talk, json) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error, words.GetValue(here.Json));
            var report = await here.Operations.RunAsync(data, "backup run", words.GetValue(system) ?? "all", talk.WriteLine, operation =>
                BackupBars.WatchAsync(progress => new BackupRun(sources, settings, how, here.Clock, (json ? talk : output).WriteLine, talk.WriteLine, progress).RunAsync(operation, ct)));
            BackupMetrics.Write(data, how, here.Clock);
            if (json) await output.WriteLineAsync(CommandJson.Of(report));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Metrics(Here here)
    {
        var command = new Command("metrics", "How old, how large and how proven the backups are, as Prometheus reads it") { here.Data };
        command.SetAction(words =>
        {
            var (_, data, how) = here.Of(words);
            words.InvocationConfiguration.Output.Write(BackupMetrics.Text(data, how, here.Clock));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List(Here here)
    {
        var command = new Command("list", "Show the backups in the directory, and where else they are") { here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (_, _, how) = here.Of(words);
            var (backups, output) = (new BackupShelf(how.Directory).List(), words.InvocationConfiguration.Output);
            if (words.GetValue(here.Json))
            {
                await output.WriteLineAsync(CommandJson.Of(backups.Select(b => new
                {
                    b.Name.File, b.Name.Part, b.Name.Stamp, b.TakenAt, b.Manifest?.Size, b.Manifest?.Sha256, Ok = b.IsGood, b.Problem, Offsite = Receipt.Of(b).Select(r => r.FarEnd),
                })).AsMemory(), ct);
                return ExitCodes.Ok;
            }

            foreach (var backup in backups)
            {
                var away = string.Join(", ", Receipt.Of(backup).Select(r => r.FarEnd));
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{backup.TakenAt:yyyy-MM-dd HH:mm:ss}Z  {BackupWords.Size(backup.Manifest?.Size ?? 0),6}  {backup.Name.File}{(backup.Problem is { } problem ? $"  DAMAGED: {problem}" : "")}{(away.Length > 0 ? $"  also at {away}" : "")}"));
            }

            if (backups.Count == 0) await output.WriteLineAsync($"No backups in {how.Directory}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Verify(Here here)
    {
        var file = new Option<string?>("--file") { Description = "This one; the newest set by default", HelpName = "FILE" };
        var all = new Option<bool>("--all") { Description = "Every one in the directory" };
        var command = new Command("verify", "Read backups to their end and compare them with their manifests. Ends with 1 when one is damaged.") { file, all, here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (settings, data, how) = here.Of(words);
            var shelf = new BackupShelf(how.Directory);
            var known = shelf.List();
            IReadOnlyList<Backup> chosen = words.GetValue(file) is { } named ? [BackupShelf.Of(Named(named, how))] : words.GetValue(all) ? known : [.. known.Where(b => b.Name.Stamp == known[^1].Name.Stamp)];
            if (chosen.Count == 0) throw new TroubleException(TroubleKind.Refused, $"there are no backups in {how.Directory}", "outpost backup run");

            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            var found = new List<(Backup Backup, string? Problem)>();
            await here.Operations.RunAsync(data, "backup verify", chosen.Count == 1 ? chosen[0].Name.File : $"{chosen.Count} files", talk.WriteLine, async _ =>
            {
                foreach (var backup in chosen)
                {
                    var problem = await Verification.NoteAsync(backup, settings, null, ct);
                    found.Add((backup, problem));
                    if (!words.GetValue(here.Json)) await output.WriteLineAsync($"{(problem is null ? "ok      " : "DAMAGED ")}{Path.GetFileName(backup.Path)}{(problem is null ? "" : $": {problem}")}".AsMemory(), ct);
                }
            });
            if (words.GetValue(here.Json)) await output.WriteLineAsync(CommandJson.Of(found.Select(f => new { File = Path.GetFileName(f.Backup.Path), Ok = f.Problem is null, f.Problem })).AsMemory(), ct);
            BackupMetrics.Write(data, how, here.Clock);
            if (found.All(f => f.Problem is null)) return ExitCodes.Ok;

            await talk.WriteLineAsync($"Next: outpost backup run, and look at the disk that holds {how.Directory}".AsMemory(), ct);
            return ExitCodes.Failed;
        });
        return command;
    }

    private static Command Prune(Here here)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would go, and remove nothing" };
        var command = new Command("prune", "Remove backups that are older than their days, but never the last verified ones") { dryRun, here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (_, data, how) = here.Of(words);
            var shelf = new BackupShelf(how.Directory);
            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            IReadOnlyList<string> gone = words.GetValue(dryRun)
                ? [.. BackupRun.Outlived(shelf, how, here.Clock).Select(b => b.Name.File)]
                : await here.Operations.RunAsync(data, "backup prune", how.Directory, talk.WriteLine, operation => Task.FromResult(BackupRun.Prune(operation, shelf, how, here.Clock)));
            if (words.GetValue(here.Json)) await output.WriteLineAsync(CommandJson.Of(new { DryRun = words.GetValue(dryRun), Pruned = gone }).AsMemory(), ct);
            else
            {
                foreach (var name in gone) await output.WriteLineAsync($"{(words.GetValue(dryRun) ? "Would remove" : "Removed")} {name}".AsMemory(), ct);
                if (!words.GetValue(dryRun)) await output.WriteLineAsync(BackupWords.Line(here.Clock.GetUtcNow(), "Old backups pruned").AsMemory(), ct);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command OffsiteCommand(Here here)
    {
        var command = new Command("offsite", "Copy what is not yet there to every place in BACKUP_OFFSITE, and compare its checksum there") { here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (_, data, how) = here.Of(words);
            if (how.Offsite.Count == 0) throw new SettingsException(new SettingsProblem(BackupSettings.OffsiteKey, "is not set", "set it to a directory on another disk, rclone:REMOTE:PATH, or rsync:HOST:/PATH"));

            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            var copy = new OffsiteCopy(new(how.Directory), how, here.Clock, talk.WriteLine);
            var ends = new List<object>();
            await here.Operations.RunAsync(data, "backup offsite", string.Join(',', how.Offsite), talk.WriteLine, async operation =>
            {
                foreach (var farEnd in how.Offsite.Select(FarEnds.Of))
                {
                    operation.Step("offsite", farEnd.Name);
                    var arrived = await copy.BringAsync(farEnd, ct);
                    var gone = await copy.PruneAsync(farEnd, ct);
                    ends.Add(new { FarEnd = farEnd.Name, Arrived = arrived, Pruned = gone });
                    if (!words.GetValue(here.Json)) await output.WriteLineAsync(BackupWords.Line(here.Clock.GetUtcNow(), $"Offsite copy verified: {farEnd.Name} ({arrived} files)").AsMemory(), ct);
                }
            });
            BackupMetrics.Write(data, how, here.Clock);
            if (words.GetValue(here.Json)) await output.WriteLineAsync(CommandJson.Of(ends).AsMemory(), ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Fetch(Here here)
    {
        var from = new Option<string?>("--from") { Description = "One of BACKUP_OFFSITE; the first by default", HelpName = "PLACE" };
        var stamp = new Option<string?>("--stamp") { Description = "Of the set, as in its files' names; the newest by default", HelpName = "YYYYMMDD_HHMMSS" };
        var command = new Command("fetch", "Bring a set back from where it was copied to, decrypt and verify it") { from, stamp, here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (settings, data, how) = here.Of(words);
            if ((words.GetValue(from) ?? (how.Offsite is [var first, ..] ? first : null)) is not { } place) throw new SettingsException(new SettingsProblem(BackupSettings.OffsiteKey, "is not set", "set it, or say where the copies are with --from"));

            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            var fetched = await here.Operations.RunAsync(data, "backup fetch", place, talk.WriteLine, operation => new OffsiteFetch(how, settings).RunAsync(FarEnds.Of(place), words.GetValue(stamp), operation, ct));
            if (words.GetValue(here.Json)) await output.WriteLineAsync(CommandJson.Of(new { From = place, Files = fetched }).AsMemory(), ct);
            else foreach (var file in fetched) await output.WriteLineAsync(BackupWords.Line(here.Clock.GetUtcNow(), $"Fetched and verified: {Path.Combine(how.Directory, file)}").AsMemory(), ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Key(Here here)
    {
        var show = new Option<bool>("--show") { Description = "Print the private key, to be kept away from this machine" };
        var command = new Command("key", "The key by which copies elsewhere are encrypted; made when there is none") { show, here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (_, data, how) = here.Of(words);
            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            PrivateDirectory.Ensure(data.Path, passable: UnixUser.IsRoot);
            var recipients = await new AgeKey(how).RecipientsAsync(talk.WriteLine, ct);
            var present = File.Exists(how.IdentityFile);
            if (words.GetValue(show))
            {
                if (!present) throw new TroubleException(TroubleKind.Refused, $"the private key is not on this machine: {how.IdentityFile}", "look where it was put when BACKUP_RECIPIENTS was set");
                await output.WriteAsync((await File.ReadAllTextAsync(how.IdentityFile, ct)).AsMemory(), ct);
            }
            else if (words.GetValue(here.Json)) await output.WriteLineAsync(CommandJson.Of(new { Recipients = recipients, IdentityFile = present ? how.IdentityFile : null }).AsMemory(), ct);
            else
            {
                foreach (var recipient in recipients) await output.WriteLineAsync($"Copies are encrypted for {recipient}".AsMemory(), ct);
                await output.WriteLineAsync((present ? $"The private key is in {how.IdentityFile}. Keep a copy of it away from this machine: outpost backup key --show" : "The private key is not on this machine").AsMemory(), ct);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Configuration(Here here)
    {
        var into = new Option<string>("--into") { Description = "Where they go; what is there already is never overwritten", Required = true, HelpName = "DIR" };
        var stamp = new Option<string?>("--stamp") { Description = "Of the set; the newest that has one by default", HelpName = "YYYYMMDD_HHMMSS" };
        var command = new Command("configuration", "Bring back the passwords, keys and settings that are in a backup, for a machine that takes the place of this one") { into, stamp, here.Data, here.Json };
        command.SetAction(async (words, ct) =>
        {
            var (_, data, how) = here.Of(words);
            var directory = Path.GetFullPath(words.GetRequiredValue(into));
            var backup = new BackupShelf(how.Directory).List().LastOrDefault(b => b.Manifest?.Configuration is not null && (words.GetValue(stamp) is not { } wanted || b.Name.Stamp == wanted))
                ?? throw new TroubleException(TroubleKind.Refused, $"no backup in {how.Directory} holds a configuration", "outpost backup list; bring one back from elsewhere with: outpost backup fetch");
            var files = await here.Operations.RunAsync(data, "backup configuration", backup.Name.File, words.InvocationConfiguration.Error.WriteLine, _ => ConfigurationArchive.UnpackAsync(backup, directory, new(how), ct));
            var output = words.InvocationConfiguration.Output;
            if (words.GetValue(here.Json)) await output.WriteLineAsync(CommandJson.Of(new { backup.Name.File, Files = files.Select(name => Path.Combine(directory, name)) }).AsMemory(), ct);
            else foreach (var name in files) await output.WriteLineAsync($"{Path.Combine(directory, name)} of {backup.TakenAt:yyyy-MM-dd HH:mm:ss}Z".AsMemory(), ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static Option<string?> SystemOption(IReadOnlyList<Subsystem> subsystems)
    {
        var system = new Option<string?>("--system") { Description = "Only this one, with what belongs to it alone; everything by default", HelpName = string.Join('|', subsystems.Select(s => s.Name)) };
        system.AcceptOnlyFromAmong([.. subsystems.Select(s => s.Name)]);
        return system;
    }

    /// <summary>A file by its path, or by its name in the backup directory.</summary>
    /// <exception cref="TroubleException">It is not there.</exception>
    internal static string Named(string file, BackupSettings how)
    {
        var path = File.Exists(file) ? Path.GetFullPath(file) : Path.Combine(how.Directory, Path.GetFileName(file));
        return File.Exists(path) ? path : throw new TroubleException(TroubleKind.Refused, $"there is no backup {file}", "choose one of: outpost backup list");
    }
}
