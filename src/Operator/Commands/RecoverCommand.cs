using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Archive;
using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost archive recover --into DIR</c>: the cluster as it was, beside what runs, to look at or to start elsewhere.</summary>
internal static class RecoverCommand
{
    internal static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, Option<string?> data, Operations operations)
    {
        var clock = operations.Clock;
        var latest = new Option<bool>("--latest") { Description = "Everything that was archived" };
        var time = new Option<string?>("--time") { Description = "As it was then: 2026-01-31T12:00:00Z", HelpName = "INSTANT" };
        var name = new Option<string?>("--name") { Description = "As it was at a point named with outpost archive point", HelpName = "NAME" };
        var into = new Option<string>("--into") { Description = "The directory", Required = true, HelpName = "DIR" };
        var delta = new Option<bool>("--delta") { Description = "The directory holds an older copy; fetch only what differs" };
        var json = new Option<bool>("--json") { Description = "As one JSON object" };
        var command = new Command("recover", "Bring the whole cluster back into a directory of its own; nothing that runs is stopped or replaced") { latest, time, name, into, delta, json };
        command.SetAction(async (parsed, ct) =>
        {
            var set = settings();
            var access = await ArchiveAccess.RequireAsync(DataDirectory.Of(parsed.GetValue(data), set), set, clock, ct);
            var target = TargetOf(parsed.GetValue(latest), parsed.GetValue(time), parsed.GetValue(name));
            var restore = new ArchiveRestore(access, subsystems, set, ArchiveRecover.Around(access.Data, set, clock), clock, Console.Error.WriteLine);
            var directory = Path.GetFullPath(parsed.GetRequiredValue(into));
            var restored = await operations.RunAsync(access.Data, "archive recover", directory, Console.Error.WriteLine, operation => restore.IntoAsync(target, directory, parsed.GetValue(delta), operation, ct));
            RecoveryWords.Write(restored, null, parsed.GetValue(json), Console.Out);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static RecoveryTarget TargetOf(bool latest, string? time, string? name) => (latest, time, name) switch
    {
        (true, null, null) => new RecoveryTarget.Latest(),
        (false, { } text, null) when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) => new RecoveryTarget.At(at),
        (false, null, { } point) => new RecoveryTarget.Named(point),
        _ => throw new SettingsException(new SettingsProblem("restore", "needs exactly one of --latest, --time INSTANT, --name NAME", "write the instant as 2026-01-31T12:00:00Z")),
    };
}
