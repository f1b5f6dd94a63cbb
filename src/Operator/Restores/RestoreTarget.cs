using Npgsql;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Restores;

/// <summary>The server and the database that a restore is for.</summary>
/// <param name="Admin">May create databases and roles and end sessions; connected to another database than the one that is replaced.</param>
/// <param name="Owner">Of the tables; what is restored is restored as this role.</param>
/// <param name="App">The role of the service, bound by row-level security.</param>
/// <param name="Backup">Reads everything; null where none is set.</param>
internal sealed record RestoreTarget(Subsystem Subsystem, PostgresUrl Admin, PostgresUrl Owner, PostgresUrl App, PostgresUrl? Backup)
{
    public string Live => App.Database;

    /// <exception cref="SettingsException">A URL is missing.</exception>
    /// <exception cref="TroubleException">The installation does not run.</exception>
    public static RestoreTarget Of(Settings settings, Subsystem subsystem, DataDirectory data)
    {
        if (InstalledDatabases.IsEmbedded(subsystem, settings))
        {
            if (!File.Exists(data.Secrets)) throw new TroubleException(TroubleKind.Refused, $"there is no installation in {data.Path} to restore into", "outpost up --detach makes one; then restore into it");

            InstalledDatabases.Over(settings, [subsystem], data.Path);
            var secrets = SecretsFile.Open(data.Secrets);
            var owned = InstalledDatabases.Owned(subsystem, secrets);
            PostgresUrl As(string user, string password, string database) => new() { Host = data.Postgres.Sockets, User = user, Password = password, Database = database };
            return new(
                subsystem, As("postgres", secrets.Password("POSTGRES_PASSWORD"), "postgres"), As(owned.Owner, owned.OwnerPassword, owned.Database), As(owned.App, owned.AppPassword, owned.Database),
                As(owned.Backup, owned.BackupPassword, owned.Database));
        }

        var app = settings.AppUrl(subsystem);
        var adminKey = subsystem.AdminUrlKeys.FirstOrDefault(k => settings[k] is not null) ?? throw new SettingsException(new SettingsProblem(
            subsystem.AdminUrlKeys[^1], "is not set, and a restore needs a role that may create a database beside the one that runs",
            $"set it for this command: {subsystem.AdminUrlKeys[^1]}=postgresql://postgres:password@{(app.Host.StartsWith('/') ? "" : app.Host)}/postgres outpost restore …"));
        var admin = PostgresUrl.Parse(adminKey, settings[adminKey]!);
        var backupKey = subsystem.BackupUrlKeys.FirstOrDefault(k => settings[k] is not null);
        return new(subsystem, admin with { Database = admin.Database == app.Database ? "postgres" : admin.Database }, settings.OwnerUrl(subsystem), app, backupKey is null ? null : PostgresUrl.Parse(backupKey, settings[backupKey]!));
    }

    /// <summary>Connections of one of these roles to a database of this server; not pooled, so that none is left when it is renamed.</summary>
    public static NpgsqlConnection Connect(PostgresUrl url, string? database = null)
    {
        var settings = (database is null ? url : url with { Database = database }).ToConnection();
        settings.Pooling = false;
        settings.CommandTimeout = 0;
        settings.ApplicationName = "outpost restore";
        return new(settings.ConnectionString);
    }

    /// <exception cref="TroubleException">The server cannot be reached.</exception>
    public async Task<NpgsqlConnection> AdminAsync(CancellationToken ct, string? database = null)
    {
        var connection = Connect(Admin, database);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch (NpgsqlException e)
        {
            await connection.DisposeAsync();
            throw new TroubleException(TroubleKind.Failed, $"the server of {Subsystem.Name} cannot be reached as {Admin.User}", "see that it runs and that the URL is right: outpost status, outpost config check", e.InnerException?.Message ?? e.Message, e);
        }
    }
}
