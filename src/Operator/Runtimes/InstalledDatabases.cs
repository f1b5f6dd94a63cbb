using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Runtimes;

/// <summary>How an installation reaches the databases that it keeps itself: the URLs of the embedded cluster, with the passwords it made.</summary>
internal static class InstalledDatabases
{
    /// <summary>The settings with the URLs of the running installation below them. What is set already stays.</summary>
    /// <param name="asked">The data directory; null for the usual one.</param>
    /// <exception cref="TroubleException">The installation is there and does not run.</exception>
    public static Settings Over(Settings settings, IReadOnlyList<Subsystem> subsystems, string? asked)
    {
        var own = subsystems.Where(s => IsEmbedded(s, settings)).ToArray();
        var data = DataDirectory.Of(asked, settings);
        if (own.Length == 0 || !File.Exists(data.Secrets)) return settings;

        if (RunRecord.OfRunning(data) is null)
        {
            throw new TroubleException(TroubleKind.Refused, $"the database in {data.Path} does not run", asked is null ? "outpost up --detach" : $"outpost up --detach --data {data.Path}");
        }

        var secrets = SecretsFile.Open(data.Secrets);
        return settings.With([.. own.SelectMany(s => Urls(data, s, Owned(s, secrets)))]);
    }

    public static bool IsEmbedded(Subsystem subsystem, Settings settings) => subsystem.AppUrlKeys.All(key => settings[key] is null);

    public static OwnedDatabase Owned(Subsystem subsystem, SecretsFile secrets)
    {
        var name = subsystem.Name.ToUpperInvariant();
        return new(subsystem.Name, subsystem.Database, secrets.Password($"{name}_OWNER_PASSWORD"), secrets.Password($"{name}_APP_PASSWORD"), secrets.Password($"{name}_BACKUP_PASSWORD"));
    }

    public static IEnumerable<(string Key, string Url)> Urls(DataDirectory data, Subsystem subsystem, OwnedDatabase database)
    {
        yield return (subsystem.AppUrlKeys[0], Url(database.App, database.AppPassword));
        yield return (subsystem.OwnerUrlKeys[0], Url(database.Owner, database.OwnerPassword));

        string Url(string user, string password) => new PostgresUrl { Host = data.Postgres.Sockets, Database = database.Database, User = user, Password = password }.ToUrl();
    }
}
