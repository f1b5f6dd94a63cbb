using Npgsql;
using Outpost.Operator.Archive;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Nodes;

/// <summary>The server that a node is to follow.</summary>
/// <param name="Data">Its data directory where it is an installation on this machine.</param>
/// <param name="Admin">Makes the slot and the role.</param>
/// <param name="Follow">What the standby signs in as.</param>
internal sealed record Primary(DataDirectory? Data, PostgresUrl Admin, PostgresUrl Follow)
{
    private const string Role = "outpost_standby", PasswordKey = "STANDBY_PASSWORD";

    /// <param name="from">A data directory of this machine, or a URL of a role that may replicate.</param>
    /// <exception cref="TroubleException">There is no such installation, or it does not run.</exception>
    public static async Task<Primary> FindAsync(string from, CancellationToken ct)
    {
        if (from.StartsWith("postgres", StringComparison.Ordinal) && from.Contains("://", StringComparison.Ordinal))
        {
            var url = PostgresUrl.Parse("--from", from);
            return new(null, url, url);
        }

        var data = new DataDirectory(Path.TrimEndingDirectorySeparator(Path.GetFullPath(from)));
        if (!data.Postgres.Exists) throw new TroubleException(TroubleKind.Refused, $"there is no database in {data.Path} to follow", "name the primary: outpost node add --from DIR, or --from postgresql://…");
        if (RunRecord.OfRunning(data) is null) throw new TroubleException(TroubleKind.Refused, $"the primary in {data.Path} does not run", $"outpost up --detach --data {data.Path}");

        var secrets = SecretsFile.Open(data.Secrets);
        var admin = new PostgresUrl { Host = data.Postgres.Sockets, Database = "postgres", User = "postgres", Password = secrets.Password("POSTGRES_PASSWORD") };
        var password = secrets.Password(PasswordKey);
        secrets.Save();
        await MakeRoleAsync(admin, password, ct);
        return new(data, admin, admin with { User = Role, Password = password });
    }

    public static NpgsqlDataSource Source(PostgresUrl url)
    {
        var connection = url.ToConnection();
        connection.ApplicationName = "outpost node";
        connection.Pooling = false;
        connection.Timeout = 5;
        connection.GssEncryptionMode = GssEncryptionMode.Disable;
        return NpgsqlDataSource.Create(connection);
    }

    // A role of its own, which may copy the cluster and nothing else. Definitions take no parameters; the password is hexadecimal.
    private static async Task MakeRoleAsync(PostgresUrl admin, string password, CancellationToken ct)
    {
        await using var source = Source(admin);
        await using var db = new Db(source, null);
        var there = await db.ValueAsync<bool>($"select exists (select from pg_roles where rolname = {Role})", ct);
        await using var command = source.CreateCommand($"set log_min_duration_statement = -1; set log_min_error_statement = panic; {(there ? "alter" : "create")} role {Role} login replication password '{password}'");
        await command.ExecuteNonQueryAsync(ct);
    }
}
