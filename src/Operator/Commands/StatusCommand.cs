using System.CommandLine;
using System.Text.Json;
using Outpost.Operator.Nodes;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Processes;
using Spectre.Console;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost status</c>: what runs here, where it answers, how it is, what it takes. Ends with 0 when all is well, 5 when not all is, 1 when nothing runs.</summary>
public static class StatusCommand
{
    public static Command Create(Func<Settings> settings, TimeProvider clock)
    {
        var data = UpCommand.DataOption();
        var json = new Option<bool>("--json") { Description = "As one JSON object" };
        var command = new Command("status", "Show what runs on this machine") { data, json };
        command.SetAction(async (parsed, ct) =>
        {
            var report = await LookAsync(DataDirectory.Of(parsed.GetValue(data), settings()), ct);
            if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(report, RunJson.Default.StatusReport));
            else if (!report.Running) Console.WriteLine($"Nothing runs in {report.Data}");
            else Write(report, clock);
            return !report.Running ? ExitCodes.Failed : Healthy(report) ? ExitCodes.Ok : ExitCodes.Degraded;
        });
        return command;
    }

    private static async Task<StatusReport> LookAsync(DataDirectory data, CancellationToken ct)
    {
        if (RunRecord.OfRunning(data) is not { } record) return new(false, data.Path, null, null, null, [], [], new Dictionary<string, long>(), [], true);

        using var client = OutgoingHttp.Client(TimeSpan.FromSeconds(5));
        var roles = new List<StatusReport.RoleLine>();
        foreach (var role in record.Roles)
        {
            var healthy = role is not { Address: { } address, Health: { } path } || await RoleHealth.ProblemAsync(client, new(address, path), ct) is null;
            roles.Add(new(role.Name, role.Address, healthy));
        }

        var nodes = record.Processes.Any(p => p.Name == "postgres") ? await NodeView.LookAsync(data, ct) : null;
        return new(
            true, data.Path, record.Supervisor.Pid, record.StartedAt, record.State.ToString().ToLowerInvariant(), roles,
            [Line("outpost", record.Supervisor, []), .. record.Processes.Select(p => Line(p.Name, p.Identity, ProcessIdentity.ChildrenOf(p.Identity.Pid)))], record.Phases, [.. nodes?.Lines() ?? []], nodes?.Healthy ?? true);
    }

    private static StatusReport.ProcessLine Line(string name, ProcessIdentity process, IEnumerable<int> children) =>
        new(name, process.Pid, process.Runs, ProcessIdentity.Memory(process.Pid) + children.Sum(ProcessIdentity.Memory));

    private static bool Healthy(StatusReport report) => report.State == "running" && report.Roles.All(r => r.Healthy) && report.Processes.All(p => p.Runs) && report.NodesHealthy;

    private static void Write(StatusReport report, TimeProvider clock)
    {
        var since = clock.GetUtcNow() - report.StartedAt!.Value;
        Console.WriteLine($"Outpost is {report.State} for {(since.TotalDays >= 1 ? $"{since.TotalDays:0} days" : $@"{since:hh\:mm\:ss}")} (pid {report.Pid}), data in {report.Data}");
        foreach (var line in report.Nodes) Console.WriteLine(line);
        if (Console.IsOutputRedirected)
        {
            foreach (var role in report.Roles) Console.WriteLine($"{role.Name}: {(role.Healthy ? "healthy" : "not healthy")} {role.Address}");
            foreach (var process in report.Processes) Console.WriteLine($"{process.Name}: pid {process.Pid} {Megabytes(process)}");
            return;
        }

        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");
        foreach (var role in report.Roles) table.AddRow($"[bold]{Markup.Escape(role.Name)}[/]", role.Healthy ? "[green]healthy[/]" : "[red]not healthy[/]", Markup.Escape(role.Address?.ToString() ?? ""));
        foreach (var process in report.Processes) table.AddRow(process.Name, $"pid {process.Pid}", Megabytes(process));
        AnsiConsole.Write(table);
    }

    private static string Megabytes(StatusReport.ProcessLine process) => process.Runs ? $"{process.MemoryBytes / (1024 * 1024)} MB" : "does not run";
}
