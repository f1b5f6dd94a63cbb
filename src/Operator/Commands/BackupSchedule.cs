using System.CommandLine;
using Outpost.Operator.Runtimes;
using Outpost.Operator.Schedules;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost backup schedule</c>: the timers for those who do not leave the clock to <c>outpost up</c>.</summary>
internal static class BackupSchedule
{
    private const string UnitPlace = "/etc/systemd/system";

    public static Command Create(Func<Settings> load, Option<string?> data, Option<bool> json)
    {
        var cron = new Option<bool>("--cron") { Description = "As lines of a crontab instead of units of systemd" };
        var install = new Option<bool>("--install") { Description = "Put them in place; a second time changes nothing" };
        var into = new Option<string>("--into") { Description = "Where units go", DefaultValueFactory = _ => UnitPlace, HelpName = "DIR" };
        var outpost = new Option<string?>("--outpost") { Description = "The command they are to call; this one by default", HelpName = "PATH" };
        var command = new Command("schedule", "Show or install the timers of backup and drill. Not needed beside outpost up, which has a clock of its own") { cron, install, into, outpost, data, json };
        command.SetAction(async (words, ct) =>
        {
            var settings = load();
            var place = DataDirectory.Of(words.GetValue(data), settings);
            var (schedules, output) = (Schedule.Of(settings), words.InvocationConfiguration.Output);
            var called = words.GetValue(outpost) ?? Called();
            if (words.GetValue(json)) await output.WriteLineAsync(CommandJson.Of(schedules.Select(s => new { s.Name, s.Words, s.OnCalendar, s.Cron })).AsMemory(), ct);
            else if (words.GetValue(cron)) await CrontabAsync([.. TimerUnits.Crontab(schedules, called, place, Environment.CurrentDirectory)], words.GetValue(install), output, ct);
            else await UnitsAsync([.. TimerUnits.Systemd(schedules, called, place, Environment.CurrentDirectory)], words.GetValue(install) ? words.GetValue(into) : null, output, ct);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task UnitsAsync((string File, string Text)[] units, string? into, TextWriter output, CancellationToken ct)
    {
        foreach (var (file, text) in units)
        {
            if (into is null) await output.WriteLineAsync($"# {UnitPlace}/{file}\n{text}".AsMemory(), ct);
            else
            {
                var path = Path.Combine(into, file);
                if (File.Exists(path) && await File.ReadAllTextAsync(path, ct) == text) continue;
                AtomicFile.Write(path, text, AtomicFile.Readable);
                await output.WriteLineAsync($"Wrote {path}".AsMemory(), ct);
            }
        }

        if (into == UnitPlace) await output.WriteLineAsync($"Next: systemctl daemon-reload && systemctl enable --now {string.Join(' ', units.Select(u => u.File).Where(f => f.EndsWith(".timer", StringComparison.Ordinal)))}".AsMemory(), ct);
    }

    private static async Task CrontabAsync(string[] lines, bool install, TextWriter output, CancellationToken ct)
    {
        if (install)
        {
            // It ends with 1 when there is none yet.
            var there = await ToolRun.OfAsync(new("crontab", "-l"), ct);
            var merged = TimerUnits.Merged(there.Code == 0 ? there.Output : "", lines);
            if (there.Code != 0 || merged != there.Output)
            {
                var put = await ToolRun.OfAsync(
                    new("crontab", "-")
                    {
                        Input = async (stream, token) => await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(merged), token),
                    },
                    ct);
                if (put.Code != 0) throw new TroubleException(TroubleKind.Failed, "the crontab could not be written", "put the lines there by hand: crontab -e", put.Evidence);
            }
        }

        foreach (var line in lines) await output.WriteLineAsync(line.AsMemory(), ct);
    }

    private static string Called()
    {
        var self = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(self) == "dotnet" ? $"{self} {Environment.GetCommandLineArgs()[0]}" : self;
    }
}
