using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost health [URL] [--json]</c>: is it ok (0), degraded (5) or unreachable (1), with the evidence and the next command.</summary>
public static class HealthCommand
{
    /// <param name="settings">Where the address comes from when none is given; the environment by default.</param>
    public static Command Create(Func<Settings>? settings = null)
    {
        var url = UrlArgument();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("health", "Ask the service how it is. Exit code: 0 ok, 5 degraded, 1 unreachable.") { url, json };
        command.SetAction(async (parse, ct) =>
        {
            var address = HealthProbe.Address(parse.GetValue(url) ?? HealthProbe.Local((settings ?? Settings.FromEnvironment)()));
            var result = await HealthProbe.AskAsync(address, ct);
            Speak(parse.InvocationConfiguration.Output, result, parse.GetValue(json));
            return result.ExitCode;
        });
        return command;
    }

    internal static Argument<Uri?> UrlArgument() => new("url")
    {
        Description = "The service's address; by default the one of the settings on this machine.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = Parse,
    };

    private static Uri? Parse(ArgumentResult argument)
    {
        if (argument.Tokens is not [var token, ..]) return null;
        if (Uri.TryCreate(token.Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;

        argument.AddError($"'{token.Value}' is no http or https URL. Write it as http://127.0.0.1:3000.");
        return null;
    }

    private static void Speak(TextWriter output, HealthResult result, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                status = result.State,
                url = result.Url,
                httpStatus = result.HttpStatus,
                ms = Math.Round(result.Milliseconds, 1),
                checks = result.Checks,
                traceId = result.TraceId,
                cause = result.Cause,
                next = result.Next,
            }));
            return;
        }

        var evidence = result.HttpStatus is { } status ? $"HTTP {status}" : "no answer";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.State}  {result.Url}  {evidence} in {result.Milliseconds:0} ms"));
        foreach (var (name, value) in result.Checks) output.WriteLine($"  {name}: {value}");
        if (result.Cause is not null) output.WriteLine($"  cause: {result.Cause}");
        if (result.Next is not null) output.WriteLine($"  next:  {result.Next}");
    }
}
