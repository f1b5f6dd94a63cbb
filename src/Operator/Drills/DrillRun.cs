using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Outpost.Operator.Backups;
using Outpost.Operator.Journal;
using Outpost.Operator.Restores;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;
using Outpost.Platform.Secrets;

namespace Outpost.Operator.Drills;

/// <summary>
/// Proves that a backup brings a company back: in a database cluster of its own that has never seen ours, served on another port, entered by a real login.
/// What runs is not touched and not asked.
/// </summary>
internal sealed class DrillRun(IReadOnlyList<Role> roles, IReadOnlyList<Subsystem> subsystems, Migrate migrate, Settings settings, DataDirectory data, TimeProvider clock, Action<string> say)
{
    private readonly List<DrillStep> _steps = [];

    /// <param name="backups">Of one set: a database, and what belongs to it.</param>
    public async Task<DrillReport> RunAsync(IReadOnlyList<Backup> backups, Operation operation, CancellationToken ct)
    {
        var backup = backups.First(b => b.Manifest?.Database is not null);
        var manifest = backup.Manifest!;
        var subsystem = subsystems.FirstOrDefault(s => s.Name == manifest.System) ?? throw new TroubleException(TroubleKind.Refused, $"{manifest.File} belongs to {manifest.System}, which this build does not know", "use the version that it was taken from");
        var began = clock.GetUtcNow();
        await RemoveRemainsAsync(ct);

        operation.Step("cluster", data.DrillCluster);
        var (restoreMs, rows, notes) = (0L, new SortedDictionary<string, long>(StringComparer.Ordinal), (string?)null);
        try
        {
            if (await Verification.NoteAsync(backup, settings, null, ct) is { } problem) throw new TroubleException(TroubleKind.Failed, $"{manifest.File} is damaged: {problem}", "outpost backup run");

            // Nothing of ours may be reached from there: only the places of the copy are set.
            var isolated = Isolated();
            var copy = new DataDirectory(data.DrillCluster);
            copy.Prepare([.. new[] { Backends.Users().Postgres, Backends.Users().Redis }.OfType<UnixUser>().Distinct()]);
            await using var backends = await Backends.PrepareAsync(copy, [subsystem], isolated, clock, say, ct);
            Documents(backups, copy);
            if (backups.FirstOrDefault(b => b.Manifest?.Redis is not null) is { } redis && Backends.NeedRedis(isolated)) RedisDirectory.Fill(copy.Redis.Data, redis.Path, Backends.Users().Redis);
            await backends.StartAsync(() => { }, (_, step) => step(), ct);

            operation.Step("restore", manifest.File);
            var timer = Stopwatch.GetTimestamp();
            var known = backends.Settings.With((subsystem.AdminUrlKeys[0], new PostgresUrl
            {
                Host = copy.Postgres.Sockets, User = "postgres", Password = SecretsFile.Open(copy.Secrets).Password("POSTGRES_PASSWORD"), Database = "postgres",
            }.ToUrl()));
            var target = RestoreTarget.Of(known, subsystem, copy);
            var restored = new RestoredDatabase(target, "drill", manifest, known);
            await restored.FillAsync(backup.Path, ct);
            await StepAsync(1, "Basic connectivity", () => VersionAsync(target, ct));
            await StepAsync(2, "Row counts are those of the manifest", async () =>
            {
                rows = await restored.CompareAsync(ct);
                return $"{rows.Values.Sum()} rows in {rows.Count} tables";
            });
            restoreMs = (long)Stopwatch.GetElapsedTime(timer).TotalMilliseconds;
            await restored.MigrateAsync(migrate, say, ct);

            if (roles.FirstOrDefault(r => r.Name == subsystem.Name && r.Health is not null) is { } role)
            {
                operation.Step("serve", role.Name);
                var served = restored.Served();
                ServedCopy? running = null;
                await StepAsync(3, "Health endpoint", async () =>
                {
                    running = await ServedCopy.StartAsync(role, served, clock, ct);
                    return running.Health;
                });
                await using var copyOf = running!;
                if (subsystem.Users is { } users) await StepAsync(4, "Login smoke test", () => LogInAsync(users, served, running!.Address, ct));
            }
        }
        catch (TroubleException e)
        {
            notes = $"{e.Message}{(e.Evidence is { } evidence ? $" ({evidence.ReplaceLineEndings("; ")})" : "")}";
        }
        catch (NpgsqlException e)
        {
            notes = e.Message;
        }
        finally
        {
            await RemoveRemainsAsync(CancellationToken.None);
        }

        return new(
            began, subsystem.Name, manifest.File, manifest.TakenAt, notes is null && _steps.All(s => s.Ok), restoreMs, (long)operation.Elapsed.TotalMilliseconds, manifest.Database!.Bytes, rows, _steps, notes);
    }

    private async Task StepAsync(int number, string name, Func<Task<string>> step)
    {
        try
        {
            var seen = await step();
            _steps.Add(new(number, name, true, seen));
            say($"Step {number}  ok      {name}: {seen}");
        }
        catch (TroubleException e)
        {
            _steps.Add(new(number, name, false, e.Message));
            say($"Step {number}  FAILED  {name}: {e.Message}");
            throw;
        }
    }

    private static async Task<string> VersionAsync(RestoreTarget target, CancellationToken ct)
    {
        await using var admin = await target.AdminAsync(ct, "drill");
        await using var command = new NpgsqlCommand("select version()", admin);
        return ((string)(await command.ExecuteScalarAsync(ct))!).Split(" on ")[0];
    }

    /// <summary>An owner of the copy gets a password there, and signs in with it as anybody would.</summary>
    private static async Task<string> LogInAsync(IUsers users, Settings served, Uri address, CancellationToken ct)
    {
        if ((await users.ListAsync(served, ct)).FirstOrDefault(u => u is { Role: "owner", Active: true }) is not { } owner) throw new TroubleException(TroubleKind.Failed, "there is no active owner in the backup", "outpost user list");

        var password = Secret.Password();
        await users.SetPasswordAsync(served, owner.Email, password, ct);
        using var client = OutgoingHttp.Client(TimeSpan.FromSeconds(30));
        client.BaseAddress = address;
        using var answer = await client.PostAsJsonAsync(new Uri("api/v1/auth/login", UriKind.Relative), new { email = owner.Email, password }, ct);
        var body = await answer.Content.ReadAsStringAsync(ct);
        var role = answer.IsSuccessStatusCode ? JsonNode.Parse(body)?["user"]?["role"]?.GetValue<string>() : null;
        return role == "owner" ? "owner" : throw new TroubleException(TroubleKind.Failed, $"signing in to the copy answered {(int)answer.StatusCode}", "outpost smoke", body);
    }

    // Neither the databases nor the archive of what runs may be reached from the copy, and nothing may be sent from it.
    private Settings Isolated()
    {
        string[] ours = [.. subsystems.SelectMany(s => (string[])[.. s.AppUrlKeys, .. s.OwnerUrlKeys, .. s.BackupUrlKeys, .. s.AdminUrlKeys]), "REDIS_URL", "AUTH_SECRET", DataDirectory.Key, DataPath.FilesKey, "ENVIRONMENT", "ENV", "SMTP_HOST", "SMS_WEBHOOK_URL", "CHAT_WEBHOOK_URL"];
        return settings.With([.. ours.Distinct().Select(key => (key, ""))]).With((DataDirectory.Key, data.DrillCluster), ("ENVIRONMENT", "development"), ("ARCHIVE", "off"), ("ARCHIVE_URL", ""));
    }

    private static void Documents(IReadOnlyList<Backup> backups, DataDirectory copy)
    {
        if (backups.FirstOrDefault(b => b.Manifest?.Documents is not null) is not { } documents) return;

        PrivateDirectory.Ensure(copy.Files);
        System.Formats.Tar.TarFile.ExtractToDirectory(documents.Path, copy.Files, overwriteFiles: false);
    }

    /// <summary>Also of a drill that was killed: its servers are ended before their directory goes.</summary>
    private async Task RemoveRemainsAsync(CancellationToken ct)
    {
        if (!Directory.Exists(data.DrillCluster)) return;

        var copy = new DataDirectory(data.DrillCluster);
        await Platform.Redis.Embedded.EmbeddedRedis.StopLeftoversAsync(copy.Redis, clock, _ => { }, ct);
        await EmbeddedPostgres.StopLeftoversAsync(copy.Postgres, clock, _ => { }, ct);
        Directory.Delete(data.DrillCluster, recursive: true);
    }
}
