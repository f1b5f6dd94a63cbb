using System.Globalization;
using Outpost.Operator.Archive.PgBackRest;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.Streaming;

/// <summary>
/// PostgreSQL's own tools and nothing else: <c>pg_basebackup</c> copies the cluster, <c>pg_verifybackup</c> checks the copy, and <c>pg_receivewal</c> has each
/// commit on its own disk before the client hears of it, if that is wanted.
/// </summary>
internal sealed class StreamArchive(ArchivedServer server, ArchiveSettings settings, StreamPlace place, TimeProvider clock) : IPhysicalArchive
{
    private const string Partial = ".partial";

    public string Engine => ArchiveSettings.Stream;

    public WalShipping Shipping => new(null, settings.Timeout, settings.Synchrony == Synchrony.Off ? null : WalReceiver.Name, settings.BacklogMegabytes);

    /// <summary>The last segment is not complete; what of it the receiver acknowledged is on its disk all the same.</summary>
    public string RestoreCommand(string directory, string scratch) => string.Create(CultureInfo.InvariantCulture, $$"""
        for f in {{PgBackRestRun.ForShell(place.Log)}}/*/%f {{PgBackRestRun.ForShell(place.Log)}}/*/%f{{Partial}}; do if [ -f "$f" ]; then exec cp "$f" "%p"; fi; done; exit 1
        """);

    public Task PrepareAsync(ClusterFacts facts, CancellationToken ct)
    {
        if (facts.Version < 15) throw new TroubleException(TroubleKind.Refused, $"{ArchiveSettings.EngineKey}={ArchiveSettings.Stream} needs PostgreSQL 15 or newer, and this is {facts.Version}", $"set {ArchiveSettings.EngineKey}={ArchiveSettings.PgBackRest}");

        Directories();
        PrivateDirectory.Ensure(place.LogOf(facts.Timeline), server.RunAs);
        return Task.CompletedTask;
    }

    public async Task<BaseBackup> BackupAsync(BackupKind kind, CancellationToken ct)
    {
        Directories();
        using var turn = LockFile.TryTake(Path.Combine(settings.Directory, "backup.lock")) ?? throw ArchiveTroubles.Busy("");
        RemoveRemains();
        await ArchiveRoom.DemandAsync(server, settings, 1, ct);

        var started = clock.GetUtcNow();
        var label = started.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var making = Path.Combine(place.Bases, $".new-{label}");
        PrivateDirectory.Ensure(making, server.RunAs);
        var copy = Path.Combine(making, BaseManifest.Data);
        await RunAsync("the backup failed", ["pg_basebackup", "-D", copy, "-Fp", "-X", "stream", "-c", "fast", "--manifest-checksums=SHA256", "--no-password", "-d", server.ConnectionWords("outpost_backup")], ct);
        await RunAsync("the backup was made and could not be read back", ["pg_verifybackup", copy], ct);

        var backup = BaseManifest.Read(copy, label, started, clock.GetUtcNow());
        BaseManifest.Write(making, backup);
        Directory.Move(making, Path.Combine(place.Bases, label));
        Storage.SyncNames(place.Bases);
        await PruneAsync(ct);
        return backup;
    }

    public Task<IReadOnlyList<BaseBackup>> BackupsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<BaseBackup>>(
    [
        .. (Directory.Exists(place.Bases) ? Directory.EnumerateDirectories(place.Bases) : [])
            .Where(directory => !Path.GetFileName(directory).StartsWith('.'))
            .Select(BaseManifest.Find).OfType<BaseBackup>().OrderBy(backup => backup.StoppedAt),
    ]);

    public Task<IReadOnlyList<WalSegment>> SegmentsAsync(int segmentSize, CancellationToken ct) => Task.FromResult<IReadOnlyList<WalSegment>>(
    [
        .. Files().Where(file => file.Bytes == segmentSize)
            .Select(file => file.Path)
            .Select(file => WalSegment.Parse(Path.GetFileName(file).Replace(Partial, "", StringComparison.Ordinal), segmentSize))
            .OfType<WalSegment>().Distinct(),
    ]);

    public async Task<IReadOnlyList<string>> VerifyAsync(Catalogue.Contents catalogue, CancellationToken ct)
    {
        var wrong = new List<string>();
        var backups = await BackupsAsync(ct);
        foreach (var backup in backups)
        {
            var run = await TryAsync(["pg_verifybackup", Path.Combine(place.Bases, backup.Label, BaseManifest.Data)], ct);
            if (run.Code != 0) wrong.Add($"backup {backup.Label}: {ArchiveTroubles.LastLines(run.Output)}");
        }

        if (catalogue.Server is not { SegmentSize: var size }) return wrong;

        foreach (var run in place.Runs())
        {
            var complete = Directory.EnumerateFiles(run).Select(file => WalSegment.Parse(Path.GetFileName(file), size)).OfType<WalSegment>().OrderBy(segment => segment.Number).ToList();
            if (complete.Count == 0) continue;

            wrong.AddRange(WalSegment.Missing(complete, complete[0]).Select(missing => $"log: segment {missing.Name(size)} is missing"));
            var read = await TryAsync(["pg_waldump", "--quiet", "-p", run, complete[0].Name(size), complete[^1].Name(size)], ct);
            if (read.Code != 0) wrong.Add($"log in {run}: {ArchiveTroubles.LastLines(read.Output)}");
        }

        return wrong;
    }

    public async Task FetchAsync(BaseBackup backup, string into, bool delta, CancellationToken ct)
    {
        // An older copy would have to be read whole to see what of it is still right, which takes as long as to copy.
        if (delta) await TryCopyAsync(["find", into, "-mindepth", "1", "-delete"], backup, ct);
        await TryCopyAsync(["cp", "-a", "--reflink=auto", Path.Combine(place.Bases, backup.Label, BaseManifest.Data) + "/.", into], backup, ct);
        // The copy is checked, not the original: so what is started is what was backed up.
        var verified = await TryAsync(["pg_verifybackup", "--no-parse-wal", into], ct);
        if (verified.Code != 0) throw ArchiveTroubles.Damaged(backup, verified.Output);
    }

    public async Task PruneAsync(CancellationToken ct)
    {
        var backups = await BackupsAsync(ct);
        var oldest = clock.GetUtcNow() - TimeSpan.FromDays(settings.KeepDays);
        // One that is older than the window stays: the window's first instant is reached from it.
        var first = backups.LastOrDefault(backup => backup.StoppedAt <= oldest) ?? (backups is [var young, ..] ? young : null);
        foreach (var backup in backups.TakeWhile(backup => backup != first))
        {
            // Out of the list first, then away: one that is half removed is none.
            var removing = Path.Combine(place.Bases, $".old-{backup.Label}");
            Directory.Move(Path.Combine(place.Bases, backup.Label), removing);
            Directory.Delete(removing, recursive: true);
        }

        if (first is not null) PruneLog(first);
    }

    private void PruneLog(BaseBackup first)
    {
        foreach (var (file, bytes) in Files())
        {
            var size = (int)bytes;
            if (size >= 1024 * 1024 && WalSegment.Parse(Path.GetFileName(file), size) is { } segment && segment.Timeline <= first.Timeline && segment.End(size) <= first.Start) File.Delete(file);
        }
    }

    // The receiver gives a segment its final name while this looks; then neither name may have been seen, and it looks again.
    private List<(string Path, long Bytes)> Files()
    {
        while (true)
        {
            try
            {
                return [.. place.Runs().SelectMany(Directory.EnumerateFiles).Select(file => (file, new FileInfo(file).Length))];
            }
            catch (FileNotFoundException)
            {
            }
        }
    }

    private void Directories()
    {
        foreach (var directory in (string[])[settings.Directory, place.Directory, place.Bases, place.Log]) PrivateDirectory.Ensure(directory, server.RunAs);
        server.WritePassfile();
    }

    private void RemoveRemains()
    {
        foreach (var remains in Directory.EnumerateDirectories(place.Bases, ".*")) Directory.Delete(remains, recursive: true);
    }

    private async Task TryCopyAsync(IReadOnlyList<string> words, BaseBackup backup, CancellationToken ct)
    {
        var copied = await ShortRun.OfAsync(words, server.RunAs, null, ct);
        if (copied.Code != 0) throw ArchiveTroubles.Damaged(backup, copied.Output);
    }

    private Task<ShortRun> TryAsync(IReadOnlyList<string> words, CancellationToken ct) =>
        ShortRun.OfAsync([.. server.WithPassword(), server.Binaries.Of(words[0]), .. words.Skip(1)], server.RunAs, null, ct);

    private async Task RunAsync(string failure, IReadOnlyList<string> words, CancellationToken ct)
    {
        var run = await TryAsync(words, ct);
        if (run.Code == 0) return;

        throw Storage.IsFull(run.Output)
            ? Storage.Full(place.Directory, run.Output.Trim())
            : new TroubleException(TroubleKind.Failed, failure, $"fix what {words[0]} says, then: outpost archive backup", ArchiveTroubles.LastLines(run.Output));
    }
}
