using System.Text.Json;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Roles;
using Spectre.Console;

namespace Outpost.Operator.Commands;

/// <summary>What <c>up</c> says when everything runs: plain lines for a script, a table for a person.</summary>
internal static class UpWords
{
    internal static void Write(TextWriter to, UpReport report, bool json, bool terminal)
    {
        if (json) to.WriteLine(JsonSerializer.Serialize(report, RunJson.Default.UpReport));
        else if (terminal) WriteTable(to, report);
        else WriteLines(to, report);
    }

    internal static void WriteLogins(TextWriter to, IEnumerable<(string System, Login Login)> logins)
    {
        foreach (var (system, login) in logins) to.WriteLine(Sentence(system, login.Email, login.Password));
    }

    private static void WriteLines(TextWriter to, UpReport report)
    {
        to.WriteLine(Head(report));
        foreach (var role in report.Roles) to.WriteLine($"{role.Name}: {role.Address?.ToString() ?? "runs"}");
        foreach (var login in report.Logins) to.WriteLine(Sentence(login.System, login.Email, login.Password));
        to.WriteLine($"Stop: outpost down --data {report.Data}");
    }

    private static void WriteTable(TextWriter to, UpReport report)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(to), Ansi = AnsiSupport.Yes });
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        foreach (var role in report.Roles) table.AddRow($"[bold]{Markup.Escape(role.Name)}[/]", role.Address is { } address ? $"[green]{Markup.Escape(address.ToString())}[/]" : "runs");
        foreach (var login in report.Logins)
        {
            table.AddRow("sign in as", $"[bold]{Markup.Escape(login.Email)}[/]");
            table.AddRow("password", $"[bold]{Markup.Escape(login.Password)}[/]  (shown this once)");
        }

        table.AddRow("data", Markup.Escape(report.Data));
        console.WriteLine(Head(report));
        console.Write(table);
    }

    private static string Head(UpReport report) => report.AlreadyRunning
        ? $"Outpost already runs here (pid {report.Pid}); nothing was changed"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Outpost runs (pid {report.Pid}), healthy after {report.PhasesMs.GetValueOrDefault("total") / 1000.0:0.0} s");

    private static string Sentence(string system, string email, string password) => $"{system}: sign in as {email} with the password {password} (shown this once)";
}
