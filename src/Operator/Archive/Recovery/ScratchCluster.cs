using Npgsql;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>
/// A fetched backup that is recovered and looked at on a socket of its own, where nobody else can get at it. What it finishes of its log stays with it
/// until the archive takes it in the ordinary way: so the history it begins is complete, and one that is thrown away has left no trace.
/// </summary>
internal sealed class ScratchCluster : IAsyncDisposable
{
    private static readonly TimeSpan RecoveredWithin = TimeSpan.FromHours(24);
    private readonly ClusterPlace _place;
    private readonly EmbeddedPostgres _server;
    private readonly string _work;
    private readonly LogFile _log;
    private readonly long _from;

    private ScratchCluster(ClusterPlace place, EmbeddedPostgres server, string work) => (_place, _server, _work, _log, _from) = (place, server, work, new(place.Log), new LogFile(place.Log).Length);

    /// <param name="directory">Where the backup's files lie.</param>
    /// <param name="work">A directory to be made for its settings and socket; removed when this is disposed.</param>
    /// <param name="unasked">Roles that show no password on the server either.</param>
    /// <param name="recovery">Settings of the recovery; none to start it as it is.</param>
    public static ScratchCluster Of(ArchiveAccess access, string directory, string work, string log, IEnumerable<KeyValuePair<string, string>> recovery, IEnumerable<string> unasked, TimeProvider clock, Action<string> say)
    {
        var (settings, sockets) = (Path.Combine(work, "conf"), SocketPlace.For(Path.Combine(work, "s"), ClusterPlace.LongestSocket));
        PrivateDirectory.Ensure(work, passable: UnixUser.IsRoot);
        PrivateDirectory.Ensure(settings, passable: UnixUser.IsRoot);
        var scratch = Path.Combine(work, "w");
        PrivateDirectory.Ensure(scratch, access.Server.RunAs);
        PrivateDirectory.Ensure(Path.Combine(scratch, "lock"), access.Server.RunAs);
        // Only the user that runs it and root can reach the socket; roles of the services show their password as always.
        var entrance = Path.Combine(settings, "pg_hba.scratch.conf");
        var trusted = unasked.Append(access.Server.Url.User).Append("postgres").Distinct(StringComparer.Ordinal).Select(role => $"local all \"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\" trust\n");
        AtomicFile.Write(entrance, $"{string.Concat(trusted)}local all all scram-sha-256\n", AtomicFile.Readable);
        var own = access.Server.Place is { } place ? Path.Combine(place.Settings, "postgresql.local.conf") : null;
        if (own is not null && File.Exists(own)) File.Copy(own, Path.Combine(settings, "postgresql.local.conf"), overwrite: true);

        KeyValuePair<string, string>[] overrides =
        [
            .. recovery,
            new("hba_file", entrance),
            new("listen_addresses", ""),
            new("hot_standby", "off"),
            new("archive_mode", access.Stream is null ? "on" : "off"),
            new("archive_command", ""),
            new("archive_timeout", "0"),
            new("primary_conninfo", ""),
            new("synchronous_standby_names", ""),
            new("autovacuum", "off"),
        ];
        var at = new ClusterPlace(directory, settings, sockets, log);
        return new(at, new(at, access.Server.Binaries, access.Server.RunAs, "", clock, say) { Overrides = overrides, StartWithin = RecoveredWithin, Attempts = 1 }, work);
    }

    /// <summary>Returns when it is recovered and can be written to.</summary>
    /// <exception cref="TroubleException">It could not be recovered.</exception>
    public Task StartAsync(CancellationToken ct) => _server.StartAsync(ct);

    /// <summary>What the server printed since this was made.</summary>
    public string Printed => _log.Since(_from);

    public NpgsqlDataSource Source(string user, string? password, string database) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
    {
        Host = _place.Sockets,
        Username = user,
        Password = password,
        Database = database,
        Pooling = false,
        CommandTimeout = 0,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    });

    public Task StopAsync() => _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (Directory.Exists(_place.Sockets)) Directory.Delete(_place.Sockets, recursive: true);
        if (Directory.Exists(_work)) Directory.Delete(_work, recursive: true);
    }
}
