using Npgsql;
using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>Brings a cluster back into a directory of its own. What runs is not touched; what cannot be proved to have come back whole is refused.</summary>
internal sealed class ClusterRecovery(ArchiveAccess access, IReadOnlyList<ServiceLogin> logins, TimeProvider clock, Action<string> say)
{
    private const long Room = 128L * 1048576;

    /// <param name="salvage">The log directory of the lost server, for what the archive had not yet got; null when it is gone or must not count.</param>
    /// <param name="step">Told what is about to be done.</param>
    /// <exception cref="TroubleException">The archive does not reach there, or not all of it is sound.</exception>
    public async Task<RestoredCluster> RunAsync(RecoveryTarget target, string id, string directory, string? salvage, bool delta, Action<string> step, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        // Looked at first: what arrives while this runs need not come back.
        var known = LastKnown();
        var contents = access.Catalogue.Read();
        var plan = RecoveryPlan.Make(target, await access.Archive.BackupsAsync(ct), contents);
        var segmentSize = contents.Server?.SegmentSize ?? throw new TroubleException(TroubleKind.Refused, $"{access.Settings.Directory} does not say whose archive it is", $"bring catalogue.jsonl back into {access.Settings.Directory}");
        var newest = await LogAsync(plan, contents, segmentSize, salvage, ct);
        RefuseIfTooSmall(plan, directory);

        step("fetch");
        say($"Fetching backup {plan.Base.Label} of {ArchiveWords.Instant(plan.Base.StoppedAt)} ({plan.Base.Bytes / 1048576} MB)");
        var from = clock.GetTimestamp();
        PrivateDirectory.Ensure(directory, access.Server.RunAs);
        await access.Archive.FetchAsync(plan.Base, directory, delta, ct);
        PrepareSignals(directory);
        var fetched = clock.GetElapsedTime(from);

        step("recover");
        say($"Recovering to {target}");
        from = clock.GetTimestamp();
        await using var scratch = Scratch(plan, id, directory, salvage);
        await RecoverAsync(scratch, plan, contents, segmentSize, ct);
        var replayed = clock.GetElapsedTime(from);

        step("validate");
        from = clock.GetTimestamp();
        await using var source = scratch.Source(access.Server.Url.User, null, access.Server.Url.Database);
        var facts = await ArchiveSql.FactsAsync(source, ct);
        var end = (await ArchiveSql.BranchAsync(source, facts.Timeline, ct))?.Branch ?? default;
        var beat = await ArchiveSql.LastBeatAsync(source, ct);
        if (target is RecoveryTarget.Latest) RefuseIfShort(plan, newest, end, beat, known, segmentSize, scratch.Printed);

        var databases = new List<RestoredCluster.Database>();
        foreach (var login in logins) databases.Add(await ClusterChecks.LookAsync(scratch, login, access.Server.Url.User, say, ct));
        var validated = clock.GetElapsedTime(from);

        await scratch.StopAsync();
        var times = new RestoredCluster.Took(fetched.TotalSeconds, replayed.TotalSeconds, validated.TotalSeconds, clock.GetElapsedTime(start).TotalSeconds, plan.Base.Bytes);
        access.Catalogue.Add(new Catalogue.Recovery(clock.GetUtcNow(), target.ToString(), plan.Base.Bytes, times.FetchSeconds, end > plan.Base.Start ? (long)((ulong)end - (ulong)plan.Base.Start) : 0, times.ReplaySeconds, times.TotalSeconds));
        return new(id, directory, plan, facts.Timeline, end, beat, known?.Heartbeat, databases, times);
    }

    /// <summary>Refuses a log with a hole in it; for an instant before the hole PostgreSQL itself says whether it got there.</summary>
    /// <returns>The last segment there is.</returns>
    private async Task<WalSegment?> LogAsync(RecoveryPlan plan, Catalogue.Contents contents, int segmentSize, string? salvage, CancellationToken ct)
    {
        var line = plan.Line(contents);
        var archived = (await access.Archive.SegmentsAsync(segmentSize, ct)).Where(segment => line.Contains(segment.Timeline)).ToList();
        var saved = salvage is null ? [] : Directory.EnumerateFiles(salvage).Select(file => WalSegment.Parse(Path.GetFileName(file), segmentSize)).OfType<WalSegment>().Where(segment => line.Contains(segment.Timeline)).ToHashSet();
        var first = WalSegment.At(plan.Base.Timeline, plan.Base.Start, segmentSize);
        var missing = WalSegment.Missing(archived, first).Where(segment => !saved.Contains(segment)).ToList();
        if (plan.Target is RecoveryTarget.Latest && missing.Count > 0) throw ArchiveTroubles.Gap(missing, first, segmentSize);

        return archived.Count == 0 ? null : archived.MaxBy(segment => segment.Number);
    }

    private static void RefuseIfTooSmall(RecoveryPlan plan, string directory)
    {
        var (needed, free) = ((plan.Base.Bytes + Room) / 1048576, Storage.FreeMegabytes(directory));
        if (free < needed) throw new TroubleException(TroubleKind.Refused, $"{free} MB are free where {directory} would be, and {needed} MB are needed", "free some space, or give another place: outpost restore … --into DIR");
    }

    private void PrepareSignals(string directory)
    {
        File.Delete(Path.Combine(directory, "standby.signal"));
        var signal = Path.Combine(directory, "recovery.signal");
        AtomicFile.Write(signal, "");
        PrivateDirectory.Give(signal, access.Server.RunAs);
    }

    private ScratchCluster Scratch(RecoveryPlan plan, string id, string directory, string? salvage)
    {
        // Of commands that were killed; one whose server still runs somewhere else is kept for it.
        foreach (var left in Directory.EnumerateDirectories(Path.Combine(access.Data.Path, "run"), "restore-*").Where(left => Leftovers.Of(left, left, "postgres").Count == 0).ToList()) Directory.Delete(left, recursive: true);
        var work = Path.Combine(access.Data.Path, "run", $"restore-{id}");
        var fetch = access.Archive.RestoreCommand(directory, Path.Combine(work, "w"));
        // What the archive has goes before what the lost server had: it was checked when it was archived.
        if (salvage is not null) fetch = $"( {fetch} ) || ( [ -f {PgBackRest.PgBackRestRun.ForShell(salvage)}/%f ] && cp {PgBackRest.PgBackRestRun.ForShell(salvage)}/%f \"%p\" )";
        return ScratchCluster.Of(access, directory, work, Path.Combine(access.Data.Logs, "restore.log"), [.. plan.Settings(), new("restore_command", fetch)], logins.Where(login => login.Url.Password is null).Select(login => login.Url.User), clock, _ => { });
    }

    private async Task RecoverAsync(ScratchCluster scratch, RecoveryPlan plan, Catalogue.Contents contents, int segmentSize, CancellationToken ct)
    {
        try
        {
            await scratch.StartAsync(ct);
        }
        catch (TroubleException e)
        {
            var printed = scratch.Printed;
            if (!printed.Contains("recovery ended before configured recovery target was reached", StringComparison.Ordinal))
            {
                throw new TroubleException(TroubleKind.Failed, $"backup {plan.Base.Label} could not be recovered; nothing that runs was touched", "see which parts of the archive are sound: outpost archive verify; or restore a dump: outpost restore --file FILE", e.Evidence, e);
            }

            var missing = WalSegment.Missing((await access.Archive.SegmentsAsync(segmentSize, ct)).Where(s => plan.Line(contents).Contains(s.Timeline)), WalSegment.At(plan.Base.Timeline, plan.Base.Start, segmentSize));
            if (missing.Count > 0) throw ArchiveTroubles.Gap(missing, WalSegment.At(plan.Base.Timeline, plan.Base.Start, segmentSize), segmentSize);

            throw new TroubleException(
                TroubleKind.Refused, $"the archive does not reach {plan.Target}; nothing that runs was touched", "restore all there is: outpost restore --latest; or an earlier instant: outpost restore --time …",
                string.Join('\n', printed.Split('\n').Where(line => line.Contains("last completed transaction", StringComparison.Ordinal) || line.Contains("FATAL", StringComparison.Ordinal)).TakeLast(2)), e);
        }
    }

    /// <summary>A recovery that meets a damaged segment ends there as if it were the end; what is known to be in the archive must have come back.</summary>
    private static void RefuseIfShort(RecoveryPlan plan, WalSegment? newest, Lsn end, Beat? beat, ArchiveState? known, int segmentSize, string printed)
    {
        var reached = newest is not { } last || end > last.Start(segmentSize) || last.Timeline != plan.Timeline;
        var promised = known is { Recoverable: { } recoverable } && known.Timeline == plan.Timeline ? recoverable.Seq : 0;
        if (reached && (beat?.Seq ?? 0) >= promised) return;

        throw new TroubleException(
            TroubleKind.Failed,
            reached ? $"recovery ended at {end}, before work that the archive had acknowledged; nothing that runs was touched" : $"recovery ended at {end}, and the archive goes on to {newest!.Value.Name(segmentSize)}: a segment between them is damaged; nothing that runs was touched",
            "see which: outpost archive verify; or take what came back so far: outpost restore --time …",
            string.Join('\n', printed.Split('\n').Where(line => !line.Contains("restored log file", StringComparison.Ordinal)).TakeLast(6)));
    }

    /// <summary>What the keeper last saw, from the installation or, if that is gone, from the archive.</summary>
    private ArchiveState? LastKnown() =>
        ((ArchiveState?[])[ArchiveState.Read(access.Data.ArchiveState), ArchiveState.Read(Path.Combine(access.Settings.Directory, "state.json"))]).OfType<ArchiveState>().MaxBy(state => state.At);
}
