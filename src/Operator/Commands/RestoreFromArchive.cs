using Outpost.Operator.Archive;
using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Journal;
using Outpost.Operator.Restores;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary>What <c>outpost restore --latest|--time|--name</c> does where there is an archive.</summary>
public sealed class RestoreFromArchive(IReadOnlyList<Subsystem> subsystems, Operations operations) : IPhysicalRestore
{
    public bool IsThere(DataDirectory data, Settings settings) => ArchiveSettings.Of(settings, data) is { } archive && File.Exists(Path.Combine(archive.Directory, "catalogue.jsonl"));

    public async Task<int> RestoreAsync(PhysicalRestoreRequest request, CancellationToken ct)
    {
        var access = await ArchiveAccess.RequireAsync(request.Data, request.Settings, operations.Clock, ct);
        RecoveryTarget target = request.Instant switch
        {
            { Time: { } time } => new RecoveryTarget.At(time),
            { Name: { } name } => new RecoveryTarget.Named(name),
            _ => new RecoveryTarget.Latest(),
        };
        var plan = RecoveryPlan.Make(target, await access.Archive.BackupsAsync(ct), access.Catalogue.Read());
        await request.Talk.WriteLineAsync($"The whole database server in {access.Data.Postgres.Data} is replaced by what it held at {target}, from backup {plan.Base.Label}; the services stop meanwhile, and what is replaced is kept");
        if (!request.Yes && !await AgreedAsync(access.Data.Path, request.Talk)) return ExitCodes.Refused;

        var restore = new ArchiveRestore(access, subsystems, request.Settings, ArchiveRecover.Around(access.Data, request.Settings, operations.Clock), operations.Clock, request.Talk.WriteLine);
        var outcome = await operations.RunAsync(access.Data, "restore", target.ToString(), request.Talk.WriteLine, operation => restore.RunAsync(target, operation, ct));
        RecoveryWords.Write(outcome.Restored, outcome.Kept, request.Json, request.Output);
        if (!outcome.Started) await request.Talk.WriteLineAsync($"Next: outpost up --detach --data {access.Data.Path}");
        return ExitCodes.Ok;
    }

    public DateTimeOffset? LastKept(DataDirectory data) => Swap(data).Last() is { } id ? ArchiveRestore.InstantOf(id) : null;

    public async Task<string> UndoAsync(DataDirectory data, Settings settings, Operation operation, TextWriter talk, CancellationToken ct)
    {
        var access = await ArchiveAccess.RequireAsync(data, settings, operations.Clock, ct);
        return await new ArchiveRestore(access, subsystems, settings, ArchiveRecover.Around(data, settings, operations.Clock), operations.Clock, talk.WriteLine).UndoAsync(operation, ct);
    }

    public IReadOnlyList<string> Confirm(DataDirectory data, Operation operation)
    {
        var swap = Swap(data);
        foreach (var kept in swap.Kept()) operation.Step("remove", kept);
        return swap.Confirm();
    }

    // Looked at only: whose the files are matters to who makes some.
    private static ClusterSwap Swap(DataDirectory data) => new(data.Postgres, null);

    private static async Task<bool> AgreedAsync(string typed, TextWriter talk)
    {
        var answer = MigrateSession.AskTerminal($"Type {typed} to go on: ");
        if (answer?.Trim() == typed) return true;

        await talk.WriteLineAsync(answer is null ? "There is no terminal to ask at. Nothing was changed. Fix: add --yes." : "That is not it. Nothing was changed.");
        return false;
    }
}
