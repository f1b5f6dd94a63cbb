using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost smoke [URL]</c>: everything a caller relies on, tried from outside, each check with its name, outcome and milliseconds.</summary>
public static class SmokeCommand
{
    /// <param name="settings">Where the address and the password come from; the environment by default.</param>
    public static Command Create(Func<Settings>? settings = null)
    {
        var url = HealthCommand.UrlArgument();
        var email = new Option<string?>("--email") { Description = "Sign in as this user as well." };
        var file = new Option<FileInfo?>("--password-file") { Description = "The file that holds the password." };
        var variable = new Option<string>("--password-env")
        {
            Description = "The environment variable that holds the password.",
            DefaultValueFactory = _ => "OUTPOST_SMOKE_PASSWORD",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("smoke", "Try what callers rely on. Exit code 0 only when all of it holds.") { url, email, file, variable, json };
        command.SetAction(async (parse, ct) =>
        {
            var output = parse.InvocationConfiguration.Output;
            var known = (settings ?? Settings.FromEnvironment)();
            (string, string)? login = null;
            if (parse.GetValue(email) is { } user)
            {
                if (Password(parse.GetValue(file), known, parse.GetValue(variable)!) is not { } password)
                {
                    await parse.InvocationConfiguration.Error.WriteLineAsync(
                        $"smoke: no password for {user}. Fix: write it to a file and give --password-file FILE, or set {parse.GetValue(variable)}.".AsMemory(), ct);
                    return ExitCodes.Configuration;
                }

                login = (user, password);
            }

            var address = parse.GetValue(url) ?? HealthProbe.Local(known);
            var asJson = parse.GetValue(json);
            var results = await SmokeRun.RunAsync(address, login, result => Tell(asJson ? TextWriter.Null : output, result), ct);
            return Conclude(output, address, results, asJson);
        });
        return command;
    }

    private static string? Password(FileInfo? file, Settings settings, string variable) => file switch
    {
        { Exists: true } => File.ReadAllText(file.FullName).TrimEnd('\r', '\n') is { Length: > 0 } password ? password : null,
        not null => null,
        null => settings[variable],
    };

    private static void Tell(TextWriter output, SmokeResult result)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Outcome}  {result.Name}  {result.Milliseconds:0} ms"));
        if (result.Evidence is not null) output.WriteLine($"      {result.Evidence}");
    }

    private static int Conclude(TextWriter output, Uri address, List<SmokeResult> results, bool json)
    {
        var failed = results.Count(result => result.Outcome != "pass");
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                url = address,
                passed = results.Count - failed,
                failed,
                checks = results.Select(result => new { name = result.Name, outcome = result.Outcome, ms = Math.Round(result.Milliseconds, 1), evidence = result.Evidence }),
            }));
        }
        else
        {
            output.WriteLine($"{results.Count - failed} passed, {failed} failed: {address}");
            if (failed > 0) output.WriteLine($"next: outpost health {address}");
        }

        return failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
