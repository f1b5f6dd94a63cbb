using System.CommandLine;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost audit verify</c>: whether the history is what was written. Ends with 1 when it is not.</summary>
public static class AuditCommands
{
    /// <param name="subsystems">The first one with a history is meant where no other is named.</param>
    /// <param name="settings">Reads the configuration of the running installation.</param>
    public static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings)
    {
        var kept = subsystems.Where(s => s.History is not null).ToArray();
        var system = new Option<string>("--system") { Description = "Whose history", DefaultValueFactory = _ => kept[0].Name };
        system.AcceptOnlyFromAmong([.. kept.Select(s => s.Name)]);
        var account = new Option<string?>("--account") { Description = "The company's name or id; every company by default" };
        var head = new Option<string?>("--head") { Description = "SEQ:HASH as an earlier check has shown it; finds out that the end was cut off", HelpName = "SEQ:HASH" };
        var file = new Option<FileInfo?>("--file") { Description = "Check an exported file instead of a database" };
        var json = new Option<bool>("--json") { Description = "One JSON array" };
        var data = UpCommand.DataOption();

        var verify = new Command("verify", "See that no row of the audit log was changed, removed or slipped in") { system, account, head, file, json, data };
        verify.Validators.Add(words =>
        {
            if (words.GetValue(file) is not null && words.GetValue(account) is not null) words.AddError("A file holds one company: leave --account out.");
        });
        verify.SetAction(async (words, ct) =>
        {
            var history = kept.First(s => s.Name == words.GetValue(system)).History!;
            IReadOnlyList<HistoryVerdict> verdicts = words.GetValue(file) is { } exported
                ? [await InFileAsync(history, exported, words.GetValue(head), ct)]
                : await history.VerifyAsync(InstalledDatabases.Over(settings(), kept, words.GetValue(data)), words.GetValue(account), words.GetValue(head), ct);

            var output = words.InvocationConfiguration.Output;
            if (words.GetValue(json)) await output.WriteLineAsync(CommandJson.Of(verdicts));
            else
            {
                foreach (var verdict in verdicts) await output.WriteLineAsync(Sentence(verdict));
            }

            return verdicts.All(v => v.Problem is null) ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return new Command("audit", "Who did what, and whether that record is true") { verify };
    }

    private static async Task<HistoryVerdict> InFileAsync(IHistory history, FileInfo file, string? head, CancellationToken ct)
    {
        try
        {
            await using var stream = file.OpenRead();
            return await history.VerifyFileAsync(stream, head, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TroubleException(TroubleKind.Refused, $"{file.FullName} cannot be read: {e.Message}", "name a file that GET /api/v1/audit/export has given");
        }
    }

    private static string Sentence(HistoryVerdict verdict)
    {
        var whose = verdict.Account is { } account ? $"{account}: " : "";
        return verdict.Problem is { } problem
            ? $"{whose}BROKEN at row {verdict.FirstBadSeq}. {problem} {verdict.Rows} rows before it hold."
            : $"{whose}{verdict.Rows} rows hold. Keep this elsewhere: {verdict.Head ?? "nothing yet"}";
    }
}
