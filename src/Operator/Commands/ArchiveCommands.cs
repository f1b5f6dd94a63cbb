using System.CommandLine;
using Outpost.Operator.Archive;
using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost archive status|metrics|list|backup|verify|point|drill|recover|undo|confirm|watch</c>: the continuous archive from which the database can be brought back as it was at any instant.</summary>
public static class ArchiveCommands
{
    public static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, TimeProvider clock) => Create(subsystems, settings, new Operations(clock));

    internal static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, Operations operations)
    {
        var clock = operations.Clock;
        var data = UpCommand.DataOption();
        data.Recursive = true;
        var json = new Option<bool>("--json") { Description = "As one JSON object" };
        var full = new Option<bool>("--full") { Description = "Copy everything, not only what changed" };
        var name = new Argument<string>("name") { Description = "Up to 63 characters: before-migration" };

        Command Verb(string verb, string summary, Func<ArchiveAccess, ParseResult, CancellationToken, Task<int>> run, params Symbol[] takes)
        {
            var command = new Command(verb, summary);
            foreach (var symbol in takes)
            {
                if (symbol is Option option) command.Options.Add(option);
                if (symbol is Argument argument) command.Arguments.Add(argument);
            }

            command.SetAction(async (parsed, ct) =>
            {
                var set = settings();
                var access = await ArchiveAccess.RequireAsync(DataDirectory.Of(parsed.GetValue(data), set), set, clock, ct);
                return await run(access, parsed, ct);
            });
            return command;
        }

        return new Command("archive", "The continuous archive: what would be lost now, how long a restore takes, backups, points to return to")
        {
            data,
            Verb("status", "Show what would be lost now, how long a restore takes, and what is wrong", (access, parsed, ct) => ArchiveWords.StatusAsync(access, parsed.GetValue(json), clock, ct), json),
            Verb("metrics", "The same as Prometheus reads it", (access, _, _) => Task.FromResult(ArchiveWords.Metrics(access, clock))),
            Verb("list", "Show the physical backups and how far the log reaches", (access, parsed, ct) => ArchiveWords.ListAsync(access, parsed.GetValue(json), ct), json),
            Verb("backup", "Take a physical backup now", (access, parsed, ct) => Journalled(access, "archive backup", operations, operation =>
            {
                operation.Step("backup");
                return ArchiveUses.BackupAsync(access, parsed.GetValue(full) ? BackupKind.Full : BackupKind.Differential, clock, ct);
            }, backup => Console.WriteLine(ArchiveWords.Of(backup))), full),
            Verb("verify", "Read the whole archive again and check every sum", (access, parsed, ct) => ArchiveWords.VerifyAsync(access, parsed.GetValue(json), ct), json),
            Verb("point", "Name this instant, to return to it: outpost restore --name NAME", (access, parsed, ct) => Journalled(access, "archive point", operations, operation =>
            {
                operation.Step("name", parsed.GetValue(name));
                return ArchiveUses.NamePointAsync(access, parsed.GetRequiredValue(name), clock, ct);
            }, point => Console.WriteLine($"{point.Name}: {point.At.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} at {point.Position}")), name),
            Verb("drill", "Restore the latest into a directory of its own, look at it, remove it, and write down how long it took and what would be lost", (access, parsed, ct) => Journalled(
                access, "archive drill", operations,
                operation => ArchiveDrill.RunAsync(access, new(access, subsystems, settings(), ArchiveRecover.Around(access.Data, settings(), clock), clock, Console.Error.WriteLine), settings(), operation, clock, ct),
                restored => RecoveryWords.Write(restored, null, parsed.GetValue(json), Console.Out)), json),
            Verb("undo", "Take the last restore from the archive back: what was there before it is there again", (access, parsed, ct) => Journalled(
                access, "archive undo", operations,
                operation => new ArchiveRestore(access, subsystems, settings(), ArchiveRecover.Around(access.Data, settings(), clock), clock, Console.Error.WriteLine).UndoAsync(operation, ct),
                place => Console.WriteLine($"{place} is again what it was before the restore"))),
            Verb("confirm", "Remove what restores from the archive put aside", (access, parsed, _) => Journalled(access, "archive confirm", operations, operation =>
            {
                operation.Step("remove");
                return Task.FromResult(new ClusterSwap(access.Server.Place ?? throw access.Server.NeedsItsDisk("confirming a restore"), access.Server.RunAs).Confirm());
            }, gone => Console.WriteLine(gone.Count == 0 ? "Nothing was kept" : string.Join('\n', gone.Select(directory => $"Removed {directory}"))))),
            RecoverCommand.Create(subsystems, settings, data, operations),
            Verb("watch", "Keep the archive of a server that outpost up does not run (ARCHIVE_URL) going, in the foreground", (access, _, _) => WatchAsync(access, clock)),
        };
    }

    private static async Task<int> Journalled<T>(ArchiveAccess access, string command, Operations operations, Func<Operation, Task<T>> work, Action<T> tell)
    {
        tell(await operations.RunAsync(access.Data, command, access.Settings.Directory, Console.Error.WriteLine, work));
        return ExitCodes.Ok;
    }

    private static async Task<int> WatchAsync(ArchiveAccess access, TimeProvider clock)
    {
        using var stop = new StopSignals();
        access.Data.Prepare();
        ArchiveUses.RefuseIfKept(access);
        await using var keeper = new ArchiveKeeper(access, new(access.Data.ReceiverLog), clock, Console.Error.WriteLine) { IsAlone = true };
        await keeper.AttachAsync(stop.Asked);
        keeper.Start();
        await Console.Error.WriteLineAsync($"Archives {access.Server.Url} into {access.Settings.Directory}; Ctrl-C stops it");
        await stop.WaitAsync();
        return ExitCodes.Ok;
    }
}
