using System.Buffers.Binary;
using Npgsql;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive;

/// <summary>The server that is archived, and how the programs of PostgreSQL reach it without a password on any command line.</summary>
/// <param name="Data">Its data directory; null when that is not on this machine, or not ours to read.</param>
/// <param name="RunAs">The user that those programs run as; null for the user of this process.</param>
/// <param name="Place">Where the private cluster lies; null for a server of the operator's own.</param>
internal sealed record ArchivedServer(PostgresUrl Url, string? Data, UnixUser? RunAs, PostgresBinaries Binaries, ClusterPlace? Place, string Passfile)
{
    /// <summary>The private cluster of an installation, or the server of <c>ARCHIVE_URL</c>.</summary>
    /// <exception cref="TroubleException">PostgreSQL's programs are missing, or the server does not answer and its place is unknown.</exception>
    public static async Task<ArchivedServer> OfAsync(DataDirectory data, ArchiveSettings archive, Settings settings, CancellationToken ct)
    {
        var (postgres, _) = Backends.Users();
        if (archive.Url is null)
        {
            var secrets = SecretsFile.Open(data.Secrets);
            var password = secrets.Password("POSTGRES_PASSWORD");
            secrets.Save();
            var binaries = await PostgresBinaries.FindAsync(settings["POSTGRES_BIN"], data.Postgres.Data, ct);
            return new(new() { Host = data.Postgres.Sockets, Database = "postgres", User = "postgres", Password = password }, data.Postgres.Data, postgres, binaries, data.Postgres, data.Passfile);
        }

        var server = new ArchivedServer(archive.Url, null, postgres, await PostgresBinaries.FindAsync(settings["POSTGRES_BIN"], "/nonexistent", ct), null, data.Passfile);
        return server with { Data = await server.OnThisMachineAsync(ct) };
    }

    public NpgsqlDataSource Source()
    {
        var connection = Url.ToConnection();
        connection.ApplicationName = "outpost archive";
        connection.MaxPoolSize = 3;
        connection.Timeout = 5;
        connection.CommandTimeout = 30;
        connection.GssEncryptionMode = GssEncryptionMode.Disable;
        return NpgsqlDataSource.Create(connection);
    }

    /// <summary>How libpq reaches it, without the password.</summary>
    /// <param name="application">The name that the server knows the program by.</param>
    public string ConnectionWords(string application)
    {
        var ssl = Url.SslMode is { } mode ? $" sslmode={new PostgresUrl { Host = "-", Database = "-", User = "-", SslMode = mode }.ToUrl().Split("sslmode=")[1]}" : "";
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"host={Quote(Url.Host)} port={Url.Port} user={Quote(Url.User)} dbname={Quote(Url.Database)} application_name={application}{ssl}{(Url.RootCertificate is { } root ? $" sslrootcert={Quote(root)}" : "")}");
    }

    /// <summary>The words in front of a program that let it find the password.</summary>
    public IEnumerable<string> WithPassword() => ["env", $"PGPASSFILE={Passfile}"];

    /// <summary>Writes the password where only the user of those programs can read it.</summary>
    public void WritePassfile()
    {
        var escaped = (Url.Password ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
        AtomicFile.Write(Passfile, $"*:*:*:*:{escaped}\n");
        PrivateDirectory.Give(Passfile, RunAs);
    }

    /// <exception cref="TroubleException">It does not answer.</exception>
    public async Task<ClusterFacts> FactsAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        try
        {
            return await ArchiveSql.FactsAsync(source, ct);
        }
        catch (NpgsqlException e)
        {
            throw Silent(e);
        }
    }

    public TroubleException Silent(Exception e) => new(
        TroubleKind.Failed, $"PostgreSQL at {Url} does not answer", Place is null ? "start it, or correct ARCHIVE_URL" : "outpost up --detach; if its data is lost: outpost restore --latest", e.Message, e);

    public TroubleException NeedsItsDisk(string what) => new(
        TroubleKind.Refused, $"{what} needs the server's own disk, and the data directory of {Url} is not on this machine or cannot be read",
        $"run it on the server's machine as its user, or set {ArchiveSettings.EngineKey}={ArchiveSettings.Stream}, which copies over the connection");

    /// <summary>The number of the cluster in a data directory; null when there is none to be read.</summary>
    public static string? SystemIn(string data)
    {
        try
        {
            using var control = File.OpenRead(Path.Combine(data, "global", "pg_control"));
            Span<byte> number = stackalloc byte[8];
            control.ReadExactly(number);
            return BinaryPrimitives.ReadUInt64LittleEndian(number).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A path of the same name on another machine is another directory, so the cluster's own number decides.
    private async Task<string?> OnThisMachineAsync(CancellationToken ct)
    {
        if (!Url.IsLocal) return null;

        await using var source = Source();
        try
        {
            var (facts, directory) = (await ArchiveSql.FactsAsync(source, ct), await ArchiveSql.DataDirectoryAsync(source, ct));
            return directory is not null && SystemIn(directory) == facts.System ? directory : null;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
