using Outpost.Operator.Backups.Offsite;
using Outpost.Operator.Journal;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>What a backup run did.</summary>
/// <param name="Stamp">Of the set.</param>
/// <param name="Kept">The manifests of the files that are there now.</param>
/// <param name="Offsite">The far ends where everything is.</param>
/// <param name="Pruned">The files that had outlived their days and are gone from the directory.</param>
internal sealed record BackupReport(string Directory, string Stamp, DateTimeOffset TakenAt, long DurationMs, IReadOnlyList<Manifest> Kept, IReadOnlyList<string> Offsite, IReadOnlyList<string> Pruned);

/// <summary>Who watches a backup: told how many bytes of a part there are, and how many there were the last time.</summary>
internal delegate void BackupProgress(string part, long bytes, long? before);

/// <summary>
/// Takes one set: everything as of one instant, each file read back to its end, under its name only when all of it is whole; then copied away, and only
/// when that has arrived is anything old removed.
/// </summary>
internal sealed class BackupRun(BackupSources sources, Settings settings, BackupSettings how, TimeProvider clock, Action<string> result, Action<string> say, BackupProgress? progress = null)
{
    private readonly BackupShelf _shelf = new(how.Directory);
    private readonly List<Manifest> _taken = [];
    private readonly List<(string Part, TroubleException Trouble)> _missing = [];
    private IReadOnlyDictionary<string, long> _before = new Dictionary<string, long>();

    /// <exception cref="TroubleException">A part could not be taken, or a copy did not arrive; what was taken is kept, and nothing was removed.</exception>
    public async Task<BackupReport> RunAsync(Operation operation, CancellationToken ct)
    {
        _shelf.Prepare();
        foreach (var line in _shelf.Tidy()) say(line);
        _before = _shelf.List().Where(b => b.IsGood).GroupBy(b => b.Name.Part).ToDictionary(p => p.Key, p => p.Last().Manifest!.Size);

        var (place, stamp) = _shelf.Begin(clock.GetUtcNow());
        var whole = false;
        try
        {
            operation.Step("take", stamp);
            await TakeAsync(place, stamp, operation, ct);
            if (_taken.Count > 0)
            {
                BackupShelf.Seal(place, Manifests());
                whole = true;
                operation.Step("keep", stamp);
                _shelf.Keep(place);
            }
        }
        catch (IOException e)
        {
            throw Storage.Trouble(how.Directory, e);
        }
        finally
        {
            // What is whole is kept by whoever comes next; the rest is worth nothing.
            if (!whole && Directory.Exists(place)) Directory.Delete(place, recursive: true);
        }

        foreach (var manifest in _taken) Tell(manifest);
        if (_missing is [var (part, trouble), ..])
        {
            throw new TroubleException(
                trouble.Kind, _taken.Count == 0 ? trouble.Message : $"{part} is not in this backup: {trouble.Message}", trouble.Next,
                _missing.Count == 1 ? trouble.Evidence : string.Join('\n', _missing.Select(m => $"{m.Part}: {m.Trouble.Message}")), trouble);
        }

        await OffsiteAsync(operation, ct);
        var pruned = Prune(operation, _shelf, how, clock);
        if (sources.Databases.Any(d => d.Subsystem.Name != "assistant")) result(BackupWords.Line(clock.GetUtcNow(), "Old backups pruned"));
        return new(how.Directory, stamp, _taken.Min(m => m.TakenAt), (long)operation.Elapsed.TotalMilliseconds, Manifests(), how.Offsite, pruned);
    }

    /// <summary>Removes what has outlived its days.</summary>
    /// <returns>The names that are gone.</returns>
    public static IReadOnlyList<string> Prune(Operation operation, BackupShelf shelf, BackupSettings how, TimeProvider clock)
    {
        var outlived = Outlived(shelf, how, clock).ToArray();
        if (outlived.Length == 0) return [];

        operation.Step("prune", string.Join(' ', outlived.Select(b => b.Name.File)));
        foreach (var backup in outlived) BackupShelf.Remove(backup);
        return [.. outlived.Select(b => b.Name.File)];
    }

    public static IEnumerable<Backup> Outlived(BackupShelf shelf, BackupSettings how, TimeProvider clock) => Retention.Outlived(
        shelf.List(), b => new(b.Name.Part, b.TakenAt, b.IsGood), clock.GetUtcNow(), b => how.DaysFor(b.Manifest?.System ?? (b.Name.Part == "assistant" ? "assistant" : null)), how.KeepLast);

    private async Task TakeAsync(string place, string stamp, Operation operation, CancellationToken ct)
    {
        // Every database is held at its instant before the first is dumped; files and Redis come after, so that what a row names is there.
        var snapshots = new List<DatabaseSnapshot>();
        try
        {
            foreach (var source in sources.Databases)
            {
                await PartAsync(source.Subsystem.Database, null, async () => snapshots.Add(await DatabaseSnapshot.TakeAsync(source, clock, ct)));
            }

            foreach (var snapshot in snapshots)
            {
                var name = new BackupName(snapshot.Source.Subsystem.Database, stamp, BackupSettings.ExtensionFor(snapshot.Source.Subsystem));
                Announce(snapshot, name);
                var path = Path.Combine(place, name.File);
                await PartAsync(name.Part, path, () => DatabaseAsync(snapshot, name, path, operation, ct));
                await snapshot.DisposeAsync();
            }
        }
        finally
        {
            foreach (var snapshot in snapshots) await snapshot.DisposeAsync();
        }

        if (sources.Redis is { } redis)
        {
            var name = new BackupName("redis", stamp, ".rdb");
            var path = Path.Combine(place, name.File);
            await PartAsync(name.Part, path, () => RedisAsync(redis, name, path, operation, ct));
        }

        if (sources.Documents is { } documents)
        {
            var name = new BackupName("documents", stamp, ".tar");
            var path = Path.Combine(place, name.File);
            await PartAsync(name.Part, path, () => DocumentsAsync(documents, name, path, operation, ct));
        }

        if (sources.Configuration.Count > 0 && !AgeKey.IsInstalled)
        {
            say($"The installation's passwords and settings ({string.Join(", ", sources.Configuration.Select(c => c.Path))}) are not in this backup, because they are kept encrypted only and age is not installed. Next: sudo apt-get install -y age");
        }
        else if (sources.Configuration.Count > 0)
        {
            var name = new BackupName(ConfigurationArchive.Part, stamp, ConfigurationArchive.Extension);
            var path = Path.Combine(place, name.File);
            await PartAsync(name.Part, path, () => ConfigurationAsync(name, path, operation, ct));
        }
    }

    private async Task DatabaseAsync(DatabaseSnapshot snapshot, BackupName name, string path, Operation operation, CancellationToken ct)
    {
        operation.Step("dump", name.File);
        var tools = await PostgresTools.FindAsync(settings["POSTGRES_BIN"], snapshot.ServerMajor, ct);
        var facts = await snapshot.FactsAsync(tools, ct);
        var written = await DatabaseDump.TakeAsync(snapshot, tools, path, bytes => progress?.Invoke(name.Part, bytes, Before(name)), ct);
        await AddAsync(Described(name, BackupContent.Database, snapshot.Source.Subsystem.Name, snapshot.TakenAt, written, operation) with { Database = facts }, path, ct);
    }

    private async Task RedisAsync(RedisUrl url, BackupName name, string path, Operation operation, CancellationToken ct)
    {
        operation.Step("copy", name.File);
        var at = clock.GetUtcNow();
        var (written, facts) = await RedisCopy.TakeAsync(url, path, ct);
        progress?.Invoke(name.Part, written.Size, Before(name));
        await AddAsync(Described(name, BackupContent.Redis, null, at, written, operation) with { Redis = facts }, path, ct);
    }

    private async Task DocumentsAsync(string directory, BackupName name, string path, Operation operation, CancellationToken ct)
    {
        operation.Step("copy", name.File);
        var at = clock.GetUtcNow();
        // A new installation makes the directory with the first document.
        if (!Directory.Exists(directory)) PrivateDirectory.Ensure(directory);
        var (written, facts) = await DocumentArchive.TakeAsync(directory, path, bytes => progress?.Invoke(name.Part, bytes, Before(name)), ct);
        await AddAsync(Described(name, BackupContent.Documents, null, at, written, operation) with { Documents = facts }, path, ct);
    }

    private async Task ConfigurationAsync(BackupName name, string path, Operation operation, CancellationToken ct)
    {
        operation.Step("copy", name.File);
        var at = clock.GetUtcNow();
        var (written, facts) = await ConfigurationArchive.TakeAsync(sources.Configuration, path, new(how), say, ct);
        progress?.Invoke(name.Part, written.Size, Before(name));
        await AddAsync(Described(name, BackupContent.Configuration, null, at, written, operation) with { Configuration = facts }, path, ct);
    }

    // What the disk gives back has to be what was written, and a program that would restore it has to get to its end.
    private async Task AddAsync(Manifest manifest, string path, CancellationToken ct)
    {
        if (await HashedFile.ReadAsync(path, null, ct) is var read && (read.Size, read.Sha256) != (manifest.Size, manifest.Sha256))
        {
            throw new TroubleException(TroubleKind.Failed, $"the disk does not give back what was written to {path}", "look at the disk (dmesg | tail), and set BACKUP_DIR to another");
        }

        if (await Verification.StructureProblemAsync(path, manifest, settings, ct) is { } problem)
        {
            throw new TroubleException(TroubleKind.Failed, $"{manifest.File} could not be read back", "look at the disk (dmesg | tail), then: outpost backup run", problem);
        }

        _taken.Add(manifest);
    }

    private static Manifest Described(BackupName name, BackupContent content, string? system, DateTimeOffset at, HashedFile written, Operation operation) => new(
        Manifest.CurrentFormat, name.File, name.Part, content, system, name.Stamp, at, written.Size, written.Sha256, (long)operation.Elapsed.TotalMilliseconds,
        typeof(BackupRun).Assembly.GetName().Version?.ToString(3) ?? "0.0.0", [], [], null, null, null, "");

    private Manifest[] Manifests() => [.. _taken.Select(m => m with { Set = [.. _taken.Select(t => t.File)], Missing = [.. _missing.Select(x => x.Part)] })];

    /// <summary>One part that cannot be taken is no reason to do without the others.</summary>
    private async Task PartAsync(string part, string? path, Func<Task> take)
    {
        try
        {
            await take();
            return;
        }
        catch (TroubleException e)
        {
            _missing.Add((part, e));
        }
        catch (IOException e)
        {
            _missing.Add((part, Storage.IsFull(e) ? Storage.Full(how.Directory) : new(TroubleKind.Failed, $"{part} could not be kept in {how.Directory}: {e.Message}", "look at the disk: df -h, dmesg | tail", inner: e)));
        }

        // The others need the room.
        if (path is not null) File.Delete(path);
    }

    private async Task OffsiteAsync(Operation operation, CancellationToken ct)
    {
        foreach (var farEnd in how.Offsite.Select(FarEnds.Of))
        {
            operation.Step("offsite", farEnd.Name);
            var copy = new OffsiteCopy(_shelf, how, clock, say);
            var arrived = await copy.BringAsync(farEnd, ct);
            result(BackupWords.Line(clock.GetUtcNow(), $"Offsite copy verified: {farEnd.Name} ({arrived} files)"));
            await copy.PruneAsync(farEnd, ct);
        }
    }

    private long? Before(BackupName name) => _before.TryGetValue(name.Part, out var size) ? size : null;

    private void Announce(DatabaseSnapshot snapshot, BackupName name)
    {
        if (snapshot.Source.Subsystem.Name != "assistant") return;

        result(BackupWords.AssistantLine(clock.GetUtcNow(), $"Creating backup directory: {how.Directory}"));
        result(BackupWords.AssistantLine(clock.GetUtcNow(), $"Backing up database to: {name.File}"));
    }

    private void Tell(Manifest manifest)
    {
        if (manifest.System == "assistant")
        {
            result(BackupWords.AssistantLine(clock.GetUtcNow(), $"Backup completed: {BackupWords.Megabytes(manifest.Size)}"));
            result(BackupWords.AssistantLine(clock.GetUtcNow(), $"Cleaning up old backups (retention: {how.DaysFor(manifest.System)} days)"));
        }
        else
        {
            result(BackupWords.Line(clock.GetUtcNow(), $"Backup written: {Path.Combine(how.Directory, manifest.File)} ({BackupWords.Size(manifest.Size)})"));
        }
    }
}
