using System.Globalization;
using Npgsql;
using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary>The migrate commands for one subsystem: words in, words out.</summary>
internal sealed class MigrateSession(Subsystem subsystem, NpgsqlDataSource owner, MigrationSet set, TextWriter result, TextWriter talk, bool json, Func<string, string?> ask)
{
    // What it says while it works is the result for a person, and talk beside a JSON document.
    private readonly Migrator _migrator = new(owner, set, (json ? talk : result).WriteLine);

    /// <returns>What a person typed, or null when there is no terminal.</returns>
    public static string? AskTerminal(string question)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected) return null;

        Console.Error.Write(question);
        return Console.ReadLine() ?? "";
    }

    public async Task<int> UpAsync(bool dryRun, CancellationToken ct)
    {
        if (dryRun)
        {
            var status = await _migrator.StatusAsync(ct);
            if (status.Faults.Count > 0) return await FaultsAsync(status.Faults, ExitCodes.Refused);

            Print(new { System = subsystem.Name, DryRun = true, Applied = status.Pending.Select(m => m.Name) },
                [.. status.Pending.Select(m => $"Would apply {m.File}"), $"{status.Pending.Count} would be applied"]);
            return ExitCodes.Ok;
        }

        var applied = await _migrator.UpAsync(ct);
        Print(new { System = subsystem.Name, DryRun = false, Applied = applied.Select(m => m.Name) }, $"{applied.Count} applied");
        return ExitCodes.Ok;
    }

    public async Task<int> StatusAsync(CancellationToken ct)
    {
        var status = await _migrator.StatusAsync(ct);
        Print(
            new { System = subsystem.Name, Current = status.Current?.Name, status.UpToDate, Pending = status.Pending.Select(m => m.Name), status.Faults },
            [
                $"Current revision: {status.Current?.Name ?? "none"}{(status.UpToDate ? " (head)" : "")}",
                $"Pending migrations: {status.Pending.Count}",
                .. status.Pending.Select(m => $"  {m.Name}"),
                .. status.Faults,
            ]);
        return status.Faults.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    public async Task<int> HistoryAsync(CancellationToken ct)
    {
        var applied = await _migrator.HistoryAsync(ct);
        Print(
            new { System = subsystem.Name, Applied = applied.Select(a => new { a.Version, a.Name, a.Checksum, a.AppliedAt, a.AppliedBy, DurationMs = (long)a.Duration.TotalMilliseconds, a.ToolVersion }) },
            [.. applied.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.AppliedAt:yyyy-MM-dd HH:mm:ss}Z  {a.Name}  {a.Duration.TotalMilliseconds:0} ms  by {a.AppliedBy}  with {a.ToolVersion}"))]);
        return ExitCodes.Ok;
    }

    public async Task<int> VerifyAsync(CancellationToken ct)
    {
        var faults = await _migrator.VerifyAsync(ct);
        if (faults.Count > 0) return await FaultsAsync(faults, ExitCodes.Failed);

        Print(new { System = subsystem.Name, Ok = true, Faults = faults }, $"✓ {subsystem.Name}: the schema is what its migrations made");
        return ExitCodes.Ok;
    }

    public async Task<int> DownAsync(bool dryRun, bool yes, CancellationToken ct)
    {
        var (migration, statements) = await _migrator.DownPlanAsync(ct);
        await talk.WriteLineAsync($"{migration.DownFile} takes {migration.Name} back in {subsystem.Name}. What it drops is lost, with all data in it:");
        foreach (var statement in statements) await talk.WriteLineAsync($"  {statement};");
        if (!dryRun)
        {
            if (!yes && !await AgreedAsync(migration.Name, "take it back")) return ExitCodes.Refused;

            await _migrator.DownAsync(migration, ct);
        }

        Print(new { System = subsystem.Name, DryRun = dryRun, TakenBack = migration.Name, Statements = statements }, dryRun ? "0 taken back" : "1 taken back");
        return ExitCodes.Ok;
    }

    public async Task<int> StampAsync(string name, bool force, bool yes, CancellationToken ct)
    {
        if (force)
        {
            var target = _migrator.Find(name);
            if (name != target.Name) throw new MigrationException(MigrationFault.Refused, $"With --force the migration has to be named in full. Fix: outpost migrate stamp {target.Name} --force");

            await talk.WriteLineAsync($"{target.Name} and everything before it will be noted as applied to {subsystem.Name} without a look at the schema. If it is not there, the services will fail.");
            if (!yes && !await AgreedAsync(target.Name, "note it")) return ExitCodes.Refused;
        }

        var noted = await _migrator.StampAsync(name, force, ct);
        Print(new { System = subsystem.Name, Stamped = noted.Select(m => m.Name) }, [.. noted.Select(m => $"Noted {m.Name} as applied"), $"{noted.Count} noted"]);
        return ExitCodes.Ok;
    }

    private async Task<bool> AgreedAsync(string name, string verb)
    {
        var typed = ask($"Type {name} to {verb}: ");
        if (typed?.Trim() == name) return true;

        await talk.WriteLineAsync(typed is null ? "There is no terminal to ask at. Nothing was changed. Fix: add --yes." : "That is not its name. Nothing was changed.");
        return false;
    }

    private async Task<int> FaultsAsync(IReadOnlyList<string> faults, int exitCode)
    {
        if (json) await result.WriteLineAsync(CommandJson.Of(new { System = subsystem.Name, Ok = false, Faults = faults }));
        else foreach (var fault in faults) await result.WriteLineAsync(fault);
        return exitCode;
    }

    private void Print<T>(T document, params IReadOnlyList<string> lines)
    {
        if (json) result.WriteLine(CommandJson.Of(document));
        else foreach (var line in lines) result.WriteLine(line);
    }
}
