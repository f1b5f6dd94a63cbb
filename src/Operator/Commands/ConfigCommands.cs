using System.CommandLine;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost config new|check|show</c>: writes a configuration, judges it, and shows it without its secrets.</summary>
public static class ConfigCommands
{
    /// <param name="load">Where the settings come from; the environment and <c>.env</c> when null.</param>
    /// <param name="clock">Names the copy of a file that is replaced.</param>
    public static Command Create(Func<Settings>? load = null, TimeProvider? clock = null)
    {
        load ??= () => Settings.Load();
        return new("config", "Write, check and show the configuration.") { New(clock ?? TimeProvider.System), Check(load), Show(load) };
    }

    private static Command New(TimeProvider clock)
    {
        var file = new Option<string>("--out") { Description = "The file to write.", DefaultValueFactory = _ => ".env", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Replace the file; the old one is kept beside it." };
        var profile = new Option<string>("--profile") { Description = "The machine: pi (4 GB) or vps.", DefaultValueFactory = _ => "pi" };
        profile.AcceptOnlyFromAmong("pi", "vps");
        var example = new Option<bool>("--example") { Description = "Print it with every secret left empty, and write nothing." };
        var command = new Command("new", "Write a complete .env with fresh secrets, readable by you alone.") { file, force, profile, example };
        command.SetAction(parsed =>
        {
            var talk = parsed.InvocationConfiguration.Error;
            if (parsed.GetValue(example))
            {
                parsed.InvocationConfiguration.Output.Write(EnvTemplate.Example());
                return ExitCodes.Ok;
            }

            try
            {
                var machine = parsed.GetValue(profile) == "vps" ? MachineProfile.Vps : MachineProfile.Pi;
                new ConfigFile(parsed.GetRequiredValue(file), clock, talk).Write(EnvTemplate.New(machine), parsed.GetValue(force));
                return ExitCodes.Ok;
            }
            catch (ConfigFileException e)
            {
                talk.WriteLine(e.Message);
                return e.Refused ? ExitCodes.Refused : ExitCodes.Failed;
            }
        });
        return command;
    }

    private static Command Check(Func<Settings> load)
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("check", "Judge every setting and say how to mend it; exit code 2 when something has to be mended.") { json };
        command.SetAction(parsed =>
        {
            var result = parsed.InvocationConfiguration.Output;
            var (settings, report) = Judge(load);
            if (parsed.GetValue(json)) result.WriteLine(CommandJson.Of(new { Ok = report.Problems.Count == 0, report.Problems, report.Warnings }));
            else
            {
                foreach (var problem in report.Problems) result.WriteLine(problem);
                foreach (var warning in report.Warnings) result.WriteLine($"Warning: {warning}");
                if (report.Problems.Count == 0) Confirm(result, settings!);
            }

            return report.Problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Configuration;
        });
        return command;
    }

    private static Command Show(Func<Settings> load)
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("show", "Show every setting, where it comes from and what holds by default; secrets stay hidden.") { json };
        command.SetAction(parsed =>
        {
            var result = parsed.InvocationConfiguration.Output;
            try
            {
                var lines = ConfigLine.All(load());
                if (parsed.GetValue(json)) result.WriteLine(CommandJson.Of(lines));
                else WriteTable(result, lines);
                return ExitCodes.Ok;
            }
            catch (SettingsException e)
            {
                parsed.InvocationConfiguration.Error.WriteLine(e.Message);
                return ExitCodes.Configuration;
            }
        });
        return command;
    }

    private static (Settings? Settings, SettingsReport Report) Judge(Func<Settings> load)
    {
        try
        {
            var settings = load();
            return (settings, SettingsCheck.Run(settings));
        }
        catch (SettingsException e)
        {
            return (null, new(e.Problems, []));
        }
    }

    private static void Confirm(TextWriter result, Settings settings)
    {
        result.WriteLine("✓ All required environment variables present");
        if (SettingKeys.All.Any(k => k.Kind == SettingKind.PostgresUrl && settings[k.Name] is not null)) result.WriteLine("✓ Database URL parseable");
        else result.WriteLine("✓ No DATABASE_URL: outpost up keeps a PostgreSQL of its own");
        result.WriteLine("✓ Port configurations valid");
    }

    private static void WriteTable(TextWriter result, IReadOnlyList<ConfigLine> lines)
    {
        var width = lines.Max(l => l.Key.Length);
        var values = lines.Max(l => (l.Value ?? "").Length);
        foreach (var line in lines) result.WriteLine($"{line.Key.PadRight(width)}  {(line.Value ?? "").PadRight(values)}  {line.Source}".TrimEnd());
    }
}

/// <summary>One line of <c>config show</c>; the value is fit to be seen by anyone.</summary>
internal sealed record ConfigLine(string Key, string? Value, string Source, bool Secret)
{
    public static IReadOnlyList<ConfigLine> All(Settings settings) =>
    [
        .. SettingKeys.All.Select(k => settings[k.Name] is { } value
            ? new ConfigLine(k.Name, SettingKeys.Show(k.Name, value), settings.SourceOf(k.Name)!, k.Kind == SettingKind.Secret)
            : new ConfigLine(k.Name, null, k.Default is null ? "not set" : $"default: {k.Default}", k.Kind == SettingKind.Secret)),
        // The environment is full of other programs' variables; a line of the file is meant for Outpost.
        .. settings.Keys.Where(k => SettingKeys.Find(k) is null && settings.SourceOf(k) != "environment").Order(StringComparer.Ordinal)
            .Select(k => new ConfigLine(k, SettingKeys.Show(k, settings[k] ?? ""), $"{settings.SourceOf(k)}, not known here", true)),
    ];
}
