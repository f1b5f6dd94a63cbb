using System.IO.Compression;
using Npgsql;
using Outpost.Operator.Backups;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Restores;

/// <summary>A dump as a database of its own, beside whatever runs, and what is asked of it before anybody relies on it.</summary>
internal sealed class RestoredDatabase(RestoreTarget target, string name, Manifest manifest, Settings settings)
{
    private readonly DatabaseFacts _facts = manifest.Database ?? throw new ArgumentException("no manifest of a database", nameof(manifest));

    /// <summary>Makes it anew from the dump, as the role that owns the tables: a dump can do no more than that role may.</summary>
    /// <exception cref="TroubleException">The dump could not be restored.</exception>
    public async Task FillAsync(string dump, CancellationToken ct)
    {
        await using (var admin = await target.AdminAsync(ct))
        {
            var passwords = new[] { target.Owner, target.App, target.Backup }.OfType<PostgresUrl>().DistinctBy(u => u.User).ToDictionary(u => u.User, u => u.Password);
            await RestoreSql.EnsureRolesAsync(admin, _facts, passwords, ct);
            await RestoreSql.CreateAsync(admin, name, target.Owner.User, _facts, ct);
        }

        var tools = await PostgresTools.FindAsync(settings["POSTGRES_BIN"], _facts.Major, ct);
        var into = target.Owner with { Database = name };
        var run = DatabaseDump.IsPlain(dump)
            ? await ToolRun.OfAsync(PostgresTools.For(tools.Shell, into, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null") with { Input = (stream, token) => UnzipAsync(dump, stream, token) }, ct)
            : await ToolRun.OfAsync(PostgresTools.For(tools.Restore, into, "--exit-on-error", "--no-owner", "--no-password", dump), ct);
        if (run.Code != 0) throw new TroubleException(TroubleKind.Failed, $"{manifest.File} could not be restored", "take another backup: outpost backup list", run.Evidence);

        await using var owner = RestoreTarget.Connect(target.Owner, name);
        await owner.OpenAsync(ct);
        await using var analyze = new NpgsqlCommand("analyze", owner) { CommandTimeout = 0 };
        await analyze.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Compares it with the manifest: every row, every grant and policy, the schema; and logs in as the service does.</summary>
    /// <returns>How many rows each table has.</returns>
    /// <exception cref="TroubleException">Something is not as it was.</exception>
    public async Task<SortedDictionary<string, long>> CompareAsync(CancellationToken ct)
    {
        // As a role that no policy hides a row from: the admin, who made the database.
        await using var all = await target.AdminAsync(ct, name);
        var rows = await DatabaseSnapshot.RowsAsync(all, ct);
        var access = await DatabaseSnapshot.AccessAsync(all, ct);
        string[] differences =
        [
            .. _facts.Rows.Where(r => rows.GetValueOrDefault(r.Key, -1) != r.Value).Select(r => rows.TryGetValue(r.Key, out var there) ? $"{r.Key} has {there} rows instead of {r.Value}" : $"{r.Key} is missing"),
            .. rows.Keys.Except(_facts.Rows.Keys).Select(table => $"{table} was not in the backup"),
            .. _facts.Access.Where(a => access.GetValueOrDefault(a.Key) != a.Value).Select(a => $"who may do what with {a.Key} is not as it was"),
        ];
        if (await DatabaseSnapshot.SchemaAsync(all, target.Subsystem, ct) is var schema && schema != _facts.Schema) differences = [.. differences, $"the schema is {schema ?? "unknown"} instead of {_facts.Schema ?? "unknown"}"];
        if (differences.Length > 0)
        {
            throw new TroubleException(
                TroubleKind.Failed, $"what was restored from {manifest.File} is not what was backed up: {differences[0]}", "take another backup: outpost backup list", string.Join('\n', differences.Take(8)));
        }

        await LogInAsync(rows, ct);
        return rows;
    }

    /// <summary>Brings it to the schema of this build.</summary>
    /// <exception cref="TroubleException">It is newer than this build, or a migration failed.</exception>
    public async Task MigrateAsync(Migrate migrate, Action<string> say, CancellationToken ct)
    {
        var set = MigrationSet.From(target.Subsystem.Migrations);
        if (set.Migrations.Count > 0 && string.CompareOrdinal(_facts.Schema, set.Migrations[^1].Name) > 0)
        {
            throw new TroubleException(TroubleKind.Refused, $"{manifest.File} was taken from a newer version: its schema is {_facts.Schema}, this build knows {set.Migrations[^1].Name}", "install the version that it was taken from, or take an older backup");
        }

        await migrate(target.Subsystem, Served(), say, ct);
    }

    /// <summary>The settings of a service that is to use it.</summary>
    public Settings Served() => settings.With(
        (target.Subsystem.AppUrlKeys[0], (target.App with { Database = name }).ToUrl()),
        (target.Subsystem.OwnerUrlKeys[0], (target.Owner with { Database = name }).ToUrl()));

    // Where --no-acl was used, or a role is missing, everything looks well until the service signs in.
    private async Task LogInAsync(SortedDictionary<string, long> rows, CancellationToken ct)
    {
        var url = target.App with { Database = name };
        var connection = url.ToConnection();
        connection.Pooling = false;
        try
        {
            await using var source = NpgsqlDataSource.Create(connection);
            await AppRole.RefuseIfItCanBypassAsync(source, target.Subsystem.AppUrlKeys[0], ct);
            await using var app = await source.OpenConnectionAsync(ct);
            var (seen, hidden) = (0L, 0L);
            foreach (var (table, access) in _facts.Access.Where(a => rows.GetValueOrDefault(a.Key) > 0 && MayRead(a.Value, url.User)))
            {
                await using var count = new NpgsqlCommand($"select count(*) from {string.Join('.', table.Split('.').Select(p => $"\"{p}\""))}", app) { CommandTimeout = 0 };
                var visible = (long)(await count.ExecuteScalarAsync(ct))!;
                if (!access.StartsWith("rls", StringComparison.Ordinal)) continue;
                seen += visible;
                hidden += rows[table] - visible;
            }

            // Before anybody has signed in, the rows of the tenants are not to be seen.
            if (seen > 0 && hidden == 0) throw new TroubleException(TroubleKind.Failed, $"{url.User} sees all rows of all tenants in {name}: row-level security does not hold", "take another backup: outpost backup list");
        }
        catch (NpgsqlException e)
        {
            throw new TroubleException(TroubleKind.Failed, $"{url.User} cannot work with what was restored from {manifest.File}", "see that the role is there and has its password", e.Message, e);
        }
        catch (SettingsException e)
        {
            throw new TroubleException(TroubleKind.Failed, $"row-level security does not hold in what was restored from {manifest.File}", e.Problems[0].Fix, e.Message, e);
        }
    }

    private static bool MayRead(string access, string role) =>
        access.Split(' ').Any(word => word.Split('=', 2) is [var who, var may] && (who == role || who == "public") && may.Split(',').Contains("SELECT"));

    private static async Task UnzipAsync(string dump, Stream to, CancellationToken ct)
    {
        await using var file = File.OpenRead(dump);
        await using var text = new GZipStream(file, CompressionMode.Decompress);
        await text.CopyToAsync(to, ct);
    }
}
