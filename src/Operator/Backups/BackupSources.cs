using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Backups;

/// <summary>A database that belongs into the backup.</summary>
/// <param name="Url">As the backup role, who reads everything and changes nothing.</param>
/// <param name="UrlKey">The setting it came from, for messages; null for the installation's own database.</param>
internal sealed record DatabaseSource(Subsystem Subsystem, PostgresUrl Url, string? UrlKey);

/// <summary>Everything of an installation that belongs into one backup set.</summary>
/// <param name="Redis">Null where none is to be backed up.</param>
/// <param name="Documents">The directory of what people uploaded; null where none is to be backed up.</param>
/// <param name="Configuration">The installation's own passwords, keys and settings.</param>
internal sealed record BackupSources(IReadOnlyList<DatabaseSource> Databases, RedisUrl? Redis, string? Documents, IReadOnlyList<ConfigurationFile> Configuration)
{
    /// <param name="only">A system, with what belongs to it alone; null for all.</param>
    /// <exception cref="SettingsException">There is no way to read a database.</exception>
    /// <exception cref="TroubleException">The installation does not run, or there is nothing to back up.</exception>
    public static BackupSources Of(Settings settings, IReadOnlyList<Subsystem> subsystems, DataDirectory data, string? only)
    {
        var chosen = subsystems.Where(s => only is null || s.Name == only).ToArray();
        var installed = File.Exists(data.Secrets);
        var databases = new List<DatabaseSource>();
        foreach (var subsystem in chosen)
        {
            if (InstalledDatabases.IsEmbedded(subsystem, settings))
            {
                if (installed) databases.Add(new(subsystem, Installed(subsystem, settings, data), null));
            }
            else
            {
                var key = subsystem.BackupUrlKeys.FirstOrDefault(k => settings[k] is not null) ?? throw NoBackupRole(subsystem, settings);
                databases.Add(new(subsystem, PostgresUrl.Parse(key, settings[key]!), key));
            }
        }

        // Several systems may be set to one DATABASE_URL, of which only one can be meant: the one whose name the database has.
        var distinct = databases
            .GroupBy(d => (d.Url.Host, d.Url.Port, d.Url.Database))
            .Select(same => same.FirstOrDefault(d => d.Subsystem.Database == d.Url.Database) ?? same.First())
            .ToArray();
        if (distinct.Length == 0)
        {
            throw new TroubleException(
                TroubleKind.Refused, $"there is nothing to back up: no database is set, and there is no installation in {data.Path}",
                "set DATABASE_URL and DATABASE_BACKUP_URL, or name the installation's directory with --data DIR");
        }

        return new(distinct, only is null or "aicq" ? RedisOf(settings, data) : null, only is null or "fsm" && DocumentsOf(settings, data) is var documents && Directory.Exists(documents) ? documents : null, only is null ? ConfigurationArchive.Of(settings, data) : []);
    }

    /// <summary>Where what people upload lies for this installation.</summary>
    public static string DocumentsOf(Settings settings, DataDirectory data) => settings[DataPath.FilesKey] is null ? data.Files : DataPath.Files(settings);

    /// <summary>The Redis of the settings, else of the installation; null when there is neither.</summary>
    public static RedisUrl? RedisOf(Settings settings, DataDirectory data) =>
        settings["REDIS_URL"] is { } url ? RedisUrl.Parse("REDIS_URL", url)
        : File.Exists(data.Secrets) && Directory.Exists(data.Redis.Data) ? RedisUrl.Parse("REDIS_URL", data.Redis.Url(SecretsFile.Open(data.Secrets).Password("REDIS_PASSWORD")))
        : null;

    private static PostgresUrl Installed(Subsystem subsystem, Settings settings, DataDirectory data)
    {
        InstalledDatabases.Over(settings, [subsystem], data.Path);
        OwnedDatabase owned = InstalledDatabases.Owned(subsystem, SecretsFile.Open(data.Secrets));
        return new() { Host = data.Postgres.Sockets, Database = owned.Database, User = owned.Backup, Password = owned.BackupPassword };
    }

    private static SettingsException NoBackupRole(Subsystem subsystem, Settings settings) => new(new SettingsProblem(
        subsystem.BackupUrlKeys[^1],
        $"is not set, and {settings.AppUrlKey(subsystem)} leads to a role that row-level security binds: its dump would lack rows",
        $"let a superuser create a role that reads everything (create role {subsystem.Name}_backup login bypassrls password '…' in role pg_read_all_data;) and set it to "
        + $"postgresql://{subsystem.Name}_backup:password@host:5432/{settings.AppUrl(subsystem).Database}"));
}
