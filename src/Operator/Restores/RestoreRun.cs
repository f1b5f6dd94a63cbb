using System.Globalization;
using Npgsql;
using Outpost.Operator.Backups;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Processes;
using Outpost.Platform.Redis.Embedded;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Restores;

/// <summary>What a restore did.</summary>
/// <param name="Lost">For each table, how many rows what ran before had more than what runs now: they are in what is kept.</param>
/// <param name="Kept">What ran before, by its new names.</param>
internal sealed record RestoreReport(string Stamp, DateTimeOffset TakenAt, IReadOnlyList<string> Files, IReadOnlyDictionary<string, long> Rows, IReadOnlyDictionary<string, long> Lost, IReadOnlyList<string> Kept, long DurationMs);

/// <summary>
/// Restores dumps: each into a database beside the one that runs, compared with its manifest, entered as the service enters it, and served by this build,
/// before anything takes the name of what runs. What ran before is kept under another name.
/// </summary>
internal sealed class RestoreRun(
    IReadOnlyList<Role> roles, IReadOnlyList<Subsystem> subsystems, Migrate migrate, Settings settings, DataDirectory data, TimeProvider clock, Action<string> result, Action<string> say)
{
    private readonly List<Swap> _swaps = [];
    private readonly SortedDictionary<string, long> _rows = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _lost = new(StringComparer.Ordinal);

    public Swapping Swapping => new(data, name => RestoreTarget.Of(settings, subsystems.First(s => s.Name == name), data), clock, say);

    /// <param name="chosen">Backups of one set.</param>
    /// <exception cref="TroubleException">It was refused or did not work: what runs is as it was.</exception>
    public async Task<RestoreReport> RunAsync(IReadOnlyList<Backup> chosen, Operation operation, CancellationToken ct)
    {
        await Swapping.FinishAsync(operation, ct);
        var (stamp, aside) = (chosen[0].Name.Stamp, FreeStamp());
        operation.Step("verify", string.Join(' ', chosen.Select(b => b.Name.File)));
        foreach (var backup in chosen)
        {
            if (await Verification.NoteAsync(backup, settings, null, ct) is { } problem) throw new TroubleException(TroubleKind.Refused, $"{Path.GetFileName(backup.Path)} is damaged: {problem}", "take another one: outpost backup list");
        }

        try
        {
            foreach (var backup in chosen) await StageAsync(backup, stamp, aside, operation, ct);
        }
        catch
        {
            await RemoveStagedAsync();
            throw;
        }

        await Swapping.ApplyAsync(new(operation.Id, stamp, clock.GetUtcNow(), _swaps), operation, ct);
        await HealthyOrBackAsync(operation, ct);
        return new(stamp, chosen.Min(b => b.TakenAt), [.. chosen.Select(b => b.Name.File)], _rows, _lost, [.. _swaps.Select(s => s.Kept)], (long)operation.Elapsed.TotalMilliseconds);
    }

    /// <summary>For the names of what is kept: no earlier restore has given it.</summary>
    private string FreeStamp()
    {
        var now = clock.GetUtcNow();
        var taken = SwapPlan.Kept(data).SelectMany(p => p.Swaps).Select(s => s.Kept).ToArray();
        while (taken.Any(name => name.EndsWith(BackupName.StampOf(now), StringComparison.Ordinal))) now += TimeSpan.FromSeconds(1);
        return BackupName.StampOf(now);
    }

    private Task StageAsync(Backup backup, string stamp, string aside, Operation operation, CancellationToken ct) => backup.Manifest!.Content switch
    {
        BackupContent.Database => DatabaseAsync(backup, stamp, aside, operation, ct),
        BackupContent.Documents => DocumentsAsync(backup, stamp, aside, operation, ct),
        BackupContent.Redis => RedisAsync(backup, stamp, aside, operation, ct),
        BackupContent.Configuration => throw new TroubleException(TroubleKind.Refused, $"{backup.Name.File} holds the passwords and settings of an installation, which take no other's place by themselves", "outpost backup configuration --into DIR"),
    };

    private async Task DatabaseAsync(Backup backup, string stamp, string aside, Operation operation, CancellationToken ct)
    {
        var manifest = backup.Manifest!;
        var subsystem = subsystems.FirstOrDefault(s => s.Name == manifest.System) ?? throw new TroubleException(TroubleKind.Refused, $"{manifest.File} belongs to {manifest.System}, which this build does not know", "use the version that it was taken from");
        var target = RestoreTarget.Of(settings, subsystem, data);
        var swap = new Swap(SwapKind.Database, subsystem.Name, target.Live, $"{target.Live}_restoring_{stamp}", $"{target.Live}_before_{aside}");
        _swaps.Add(swap);

        Tell(subsystem, $"Restoring from backup: {manifest.File}");
        operation.Step("restore", swap.Staged);
        await RemoveLeftoversAsync(target, ct);
        var restored = new RestoredDatabase(target, swap.Staged, manifest, settings);
        try
        {
            await restored.FillAsync(backup.Path, ct);
            operation.Step("compare", swap.Staged);
            foreach (var (table, count) in await restored.CompareAsync(ct)) _rows[table] = count;
            await restored.MigrateAsync(migrate, say, ct);
        }
        catch (PostgresException e)
        {
            throw new TroubleException(TroubleKind.Failed, $"{manifest.File} could not be restored", "see what the server says", $"{e.SqlState}: {e.MessageText}", e);
        }

        if (roles.FirstOrDefault(r => r.Name == subsystem.Name && r.Health is not null) is { } role)
        {
            operation.Step("serve", swap.Staged);
            await using var copy = await ServedCopy.StartAsync(role, Served(restored), clock, ct);
        }

        await CountLostAsync(target, ct);
        Tell(subsystem, "Database restored successfully");
    }

    // A service of this installation also wants its Redis and its signing key, which stand in no setting.
    private Settings Served(RestoredDatabase restored)
    {
        var served = restored.Served();
        if (!File.Exists(data.Secrets)) return served;

        var secrets = SecretsFile.Open(data.Secrets);
        if (served["AUTH_SECRET"] is null) served = served.With(("AUTH_SECRET", secrets.Key("AUTH_SECRET")));
        if (served["REDIS_URL"] is null) served = served.With(("REDIS_URL", data.Redis.Url(secrets.Password("REDIS_PASSWORD"))));
        return served;
    }

    private async Task DocumentsAsync(Backup backup, string stamp, string aside, Operation operation, CancellationToken ct)
    {
        var live = BackupSources.DocumentsOf(settings, data);
        var swap = new Swap(SwapKind.Directory, null, live, $"{live}.restoring-{stamp}", $"{live}.before-{aside}");
        _swaps.Add(swap);
        operation.Step("restore", swap.Staged);
        await FillAsync(swap, () => DocumentArchive.UnpackAsync(backup.Path, swap.Staged, ct));
    }

    private async Task RedisAsync(Backup backup, string stamp, string aside, Operation operation, CancellationToken ct)
    {
        if (settings["REDIS_URL"] is not null)
        {
            say($"{backup.Name.File} was not restored: Redis is not this installation's own, and its server loads such a file only from its own disk. Stop it there, put the file in place of its dump.rdb, and start it");
            return;
        }

        var swap = new Swap(SwapKind.Redis, null, data.Redis.Data, $"{data.Redis.Data}.restoring-{stamp}", $"{data.Redis.Data}.before-{aside}");
        _swaps.Add(swap);
        operation.Step("restore", swap.Staged);
        await FillAsync(swap, () =>
        {
            RedisDirectory.Fill(swap.Staged, backup.Path, Backends.Users().Redis);
            return Task.CompletedTask;
        });
    }

    private static async Task FillAsync(Swap swap, Func<Task> fill)
    {
        try
        {
            // This one's, and those of restores that were killed.
            foreach (var left in Directory.EnumerateDirectories(Path.GetDirectoryName(swap.Live)!, Path.GetFileName(swap.Live) + ".restoring-*").ToArray()) Directory.Delete(left, recursive: true);
            await fill();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Storage.Trouble(swap.Staged, e);
        }
    }

    private static async Task RemoveLeftoversAsync(RestoreTarget target, CancellationToken ct)
    {
        await using var admin = await target.AdminAsync(ct);
        foreach (var left in await RestoreSql.DatabasesAsync(admin, target.Live + "_restoring_", ct)) await RestoreSql.DropAsync(admin, left, ct);
    }

    // What was written since the backup is not in it; it is told before, and kept.
    private async Task CountLostAsync(RestoreTarget target, CancellationToken ct)
    {
        await using (var admin = await target.AdminAsync(ct))
        {
            if (!await RestoreSql.DatabaseExistsAsync(admin, target.Live, ct)) return;
        }

        await using var live = await target.AdminAsync(ct, target.Live);
        foreach (var (table, count) in await DatabaseSnapshot.RowsAsync(live, ct))
        {
            if (count > _rows.GetValueOrDefault(table)) _lost[table] = count - _rows.GetValueOrDefault(table);
        }
    }

    private async Task RemoveStagedAsync()
    {
        foreach (var swap in _swaps)
        {
            if (swap.Kind != SwapKind.Database)
            {
                if (Directory.Exists(swap.Staged)) Directory.Delete(swap.Staged, recursive: true);
                continue;
            }

            try
            {
                await using var admin = await RestoreTarget.Of(settings, subsystems.First(s => s.Name == swap.System), data).AdminAsync(CancellationToken.None);
                await RestoreSql.DropAsync(admin, swap.Staged, CancellationToken.None);
            }
            catch (TroubleException e)
            {
                say($"{swap.Staged} is left over: {e.Message}");
            }
        }
    }

    /// <summary>What runs here has to be healthy on what was restored, else it gets back what it had.</summary>
    private async Task HealthyOrBackAsync(Operation operation, CancellationToken ct)
    {
        foreach (var swap in _swaps.Where(s => s.System is not null)) Tell(subsystems.First(s => s.Name == swap.System), "Restarting services...");
        if (RunRecord.OfRunning(data) is not { } run) return;

        operation.Step("healthy");
        using var client = OutgoingHttp.Client(TimeSpan.FromSeconds(5));
        var begun = clock.GetTimestamp();
        foreach (var health in run.Roles.Where(r => r is { Address: not null, Health: not null }).Select(r => new Uri(r.Address!, r.Health)))
        {
            while (await RoleHealth.ProblemAsync(client, health, ct) is { } problem)
            {
                if (clock.GetElapsedTime(begun) > TimeSpan.FromSeconds(60))
                {
                    await Swapping.UndoAsync(operation, ct);
                    throw new TroubleException(TroubleKind.Failed, $"the services were not healthy on what was restored; they have back what they had", $"look at their log: less {data.Log.Path}", $"{health} {problem}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
            }
        }
    }

    private void Tell(Subsystem subsystem, string text) =>
        result(subsystem.Name == "assistant" ? BackupWords.AssistantLine(clock.GetUtcNow(), text) : BackupWords.Line(clock.GetUtcNow(), text));

    /// <summary>A sentence for a person about what would be replaced by what.</summary>
    public static string Consent(Backup backup, RestoreTarget target, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture,
        $"{backup.Name.File} of {backup.TakenAt:yyyy-MM-dd HH:mm:ss}Z (UTC), {Age(now - backup.TakenAt)} old, takes the place of the database {target.Live} at {target.App.Host}. "
        + $"What was written since then is not in it; the database that runs now is kept beside it until: outpost restore confirm");

    private static string Age(TimeSpan age)
    {
        var (count, unit) = age.TotalDays >= 2 ? (age.TotalDays, "days") : age.TotalHours >= 2 ? (age.TotalHours, "hours") : (age.TotalMinutes, "minutes");
        return string.Create(CultureInfo.InvariantCulture, $"{count:0} {unit}");
    }
}
