using System.Globalization;
using Npgsql;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>How an installation is stopped and started around a restore.</summary>
/// <param name="Stop">Returns when nothing of it runs.</param>
/// <param name="Start">Starts what ran before, as it ran.</param>
internal sealed record Around(Func<CancellationToken, Task> Stop, Func<RunRecord, Task> Start);

/// <summary>What a restore from the archive led to.</summary>
/// <param name="Kept">Where the cluster lies that was there before; null when there was none, or nothing was replaced.</param>
internal sealed record RestoreOutcome(RestoredCluster Restored, string? Kept, bool Started);

/// <summary>
/// Restores from the archive: into a directory beside the cluster, looked at, then put in its place. A restore to an instant is made ready while the
/// services still run; a restore of the latest stops them first, so that nothing they write is left behind.
/// </summary>
internal sealed class ArchiveRestore(ArchiveAccess access, IReadOnlyList<Subsystem> subsystems, Settings settings, Around around, TimeProvider clock, Action<string> say)
{
    private const string IdForm = "yyyyMMdd'T'HHmmss";
    private static readonly TimeSpan LockWithin = TimeSpan.FromSeconds(30);

    /// <exception cref="TroubleException">It was refused or failed; what was there before is there, and runs if it ran.</exception>
    public async Task<RestoreOutcome> RunAsync(RecoveryTarget target, Operation operation, CancellationToken ct)
    {
        var place = access.Server.Place ?? throw access.Server.NeedsItsDisk("putting a restored cluster in the place of the running one");
        access.Data.Prepare();
        var (swap, id) = (new ClusterSwap(place, access.Server.RunAs), Id(operation));
        var ran = RunRecord.OfRunning(access.Data);
        if (ran is not null && target is not RecoveryTarget.Latest) await ArriveAsync(ct);
        if (ran is not null && target is RecoveryTarget.Latest) await StopAsync(operation, ct);
        var done = false;
        try
        {
            var restored = await PrepareAsync(target, operation, swap, id, ct);
            if (RunRecord.OfRunning(access.Data) is not null) await StopAsync(operation, ct);
            await PutInPlaceAsync(operation, swap, place, id, ct);
            done = true;
            if (ran is not null) await StartAsync(operation, ran);
            return new(restored with { Directory = place.Data }, Directory.Exists(swap.Before(id)) ? swap.Before(id) : null, ran is not null);
        }
        finally
        {
            // What was refused changes nothing: it runs again as it ran.
            if (!done && ran is not null && RunRecord.OfRunning(access.Data) is null) await StartAsync(operation, ran);
        }
    }

    /// <summary>Restores into a directory of the operator's choice and leaves it there; nothing that runs is stopped or replaced.</summary>
    /// <param name="delta">The directory holds an older copy of this cluster; only what differs is fetched.</param>
    public async Task<RestoredCluster> IntoAsync(RecoveryTarget target, string directory, bool delta, Operation operation, CancellationToken ct)
    {
        // The server of one that was killed there; any other is somebody's.
        if (Leftovers.Of(directory, $"-D {directory} ", "postgres").Any(server => ProcessIdentity.Command(server.Pid).Contains($" -c config_file={access.Data.Path}/run/restore-", StringComparison.Ordinal))) await ClusterSwap.StopAsync(directory, clock, say, ct);
        if (delta) RefuseIfNoCopy(directory);
        else if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any()) throw new TroubleException(TroubleKind.Refused, $"{directory} is not empty", "name a directory that is not there yet; or, when it holds an older copy of this cluster, add --delta");

        access.Data.Prepare();
        await ArriveAsync(ct);
        return await Recovery().RunAsync(target, Id(operation), directory, Salvage(target), delta, step => operation.Step(step), ct);
    }

    /// <summary>Restores the latest into a directory, looks at it, and removes it again: the proof that it can be done, and how long it takes.</summary>
    public async Task<RestoredCluster> DrillAsync(Operation operation, CancellationToken ct)
    {
        access.Data.Prepare();
        // Of drills that were killed; we hold the lock, so nobody is at one.
        foreach (var remains in Directory.EnumerateDirectories(access.Data.Path, "drill-*").ToList()) await ClusterSwap.RemoveAsync(remains, clock, say, ct);
        var directory = Path.Combine(access.Data.Path, $"drill-{Id(operation)}");
        try
        {
            await ArriveAsync(ct);
            return await Recovery().RunAsync(new RecoveryTarget.Latest(), Id(operation), directory, null, delta: false, step => operation.Step(step), ct);
        }
        finally
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Takes the last restore back: what was there before it is there again, and the restored cluster is kept in its stead.</summary>
    /// <exception cref="TroubleException">Nothing was kept.</exception>
    public async Task<string> UndoAsync(Operation operation, CancellationToken ct)
    {
        var place = access.Server.Place ?? throw access.Server.NeedsItsDisk("taking a restore back");
        var swap = new ClusterSwap(place, access.Server.RunAs);
        var ran = RunRecord.OfRunning(access.Data);
        if (swap.Last() is not { } id) throw new TroubleException(TroubleKind.Refused, $"nothing of before a restore is kept beside {place.Data}", "outpost archive list shows what can be restored");

        if (ran is not null) await StopAsync(operation, ct);
        using (await HoldAsync(ct))
        {
            await EmbeddedPostgres.StopLeftoversAsync(place, clock, say, ct);
            swap.Finish();
            operation.Step("undo", id);
            swap.Undo(id);
        }

        if (ran is not null) await StartAsync(operation, ran);
        return place.Data;
    }

    private async Task<RestoredCluster> PrepareAsync(RecoveryTarget target, Operation operation, ClusterSwap swap, string id, CancellationToken ct)
    {
        operation.Step("prepare", swap.Restored(id));
        if (RunRecord.OfRunning(access.Data) is null)
        {
            // A server that outlived its supervisor would go on writing what nobody recovers.
            using var held = await HoldAsync(ct);
            await EmbeddedPostgres.StopLeftoversAsync(access.Server.Place!, clock, say, ct);
            await swap.RemoveRemainsAsync(clock, say, ct);
        }
        else
        {
            await swap.RemoveRemainsAsync(clock, say, ct);
        }

        var done = false;
        try
        {
            var restored = await Recovery().RunAsync(target, id, swap.Restored(id), Salvage(target), delta: false, step => operation.Step(step), ct);
            done = true;
            return restored;
        }
        finally
        {
            if (!done && Directory.Exists(swap.Restored(id))) Directory.Delete(swap.Restored(id), recursive: true);
        }
    }

    private async Task PutInPlaceAsync(Operation operation, ClusterSwap swap, ClusterPlace place, string id, CancellationToken ct)
    {
        using var held = await HoldAsync(ct);
        await EmbeddedPostgres.StopLeftoversAsync(place, clock, say, ct);
        operation.Step("swap", id);
        swap.Run(id);
    }

    // What is overwritten must be a copy that nobody works in, of this very cluster.
    private void RefuseIfNoCopy(string directory)
    {
        if (ArchivedServer.SystemIn(directory) is not { } system || system != access.Catalogue.Read().Server?.System) throw new TroubleException(TroubleKind.Refused, $"{directory} holds no copy of this cluster", "leave --delta out and name a directory that is not there yet");
        if (directory == access.Server.Place?.Data || File.Exists(Path.Combine(directory, "postmaster.pid"))) throw new TroubleException(TroubleKind.Refused, $"a server works in {directory}", "name a copy that nobody works in");
    }

    private async Task StopAsync(Operation operation, CancellationToken ct)
    {
        operation.Step("stop");
        await around.Stop(ct);
    }

    private async Task StartAsync(Operation operation, RunRecord ran)
    {
        operation.Step("start");
        await around.Start(ran);
    }

    private async Task<LockFile> HoldAsync(CancellationToken ct)
    {
        LockFile? held = null;
        return await Signals.UntilAsync(() => (held = LockFile.TryTake(access.Data.Lock)) is not null, LockWithin, clock, ct)
            ? held!
            : throw new TroubleException(TroubleKind.Locked, $"another outpost holds {access.Data.Path}", "see who: outpost status");
    }

    // Of a server that lies here and is down, the log that it had not handed on yet is as good as archived.
    private string? Salvage(RecoveryTarget target)
    {
        if (target is not RecoveryTarget.Latest || access.Server.Place is not { } place || RunRecord.OfRunning(access.Data) is not null) return null;

        var log = Path.Combine(place.Data, "pg_wal");
        return Directory.Exists(log) && ArchivedServer.SystemIn(place.Data) == access.Catalogue.Read().Server?.System ? log : null;
    }

    private async Task ArriveAsync(CancellationToken ct)
    {
        await using var source = access.Server.Source();
        try
        {
            await ArchiveUses.ArriveAsync(access, source, await ArchiveSql.FactsAsync(source, ct), clock, ct);
        }
        catch (NpgsqlException)
        {
            say("The server does not answer; what it had not archived yet does not count");
        }
        catch (TroubleException e)
        {
            say($"Not everything is archived: {e.Message}");
        }
    }

    private ClusterRecovery Recovery() => new(access, Logins(), clock, say);

    private List<ServiceLogin> Logins()
    {
        var logins = new List<ServiceLogin>();
        var secrets = SecretsFile.Open(access.Data.Secrets);
        foreach (var subsystem in subsystems)
        {
            if (access.Server.Place is not null && InstalledDatabases.IsEmbedded(subsystem, settings))
            {
                var (key, url) = InstalledDatabases.Urls(access.Data, subsystem, InstalledDatabases.Owned(subsystem, secrets)).First();
                logins.Add(new(subsystem.Name, key, PostgresUrl.Parse(key, url)));
            }
            else if (access.Server.Place is null && subsystem.AppUrlKeys.FirstOrDefault(k => settings[k] is not null) is { } set)
            {
                logins.Add(new(subsystem.Name, set, PostgresUrl.Parse(set, settings[set]!)));
            }
        }

        return logins;
    }

    /// <summary>When a restore was begun, from its id; null when that is none.</summary>
    internal static DateTimeOffset? InstantOf(string id) => DateTimeOffset.TryParseExact(id, IdForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Id(Operation operation) => operation.StartedAt.UtcDateTime.ToString(IdForm, CultureInfo.InvariantCulture);
}
