using Outpost.Operator.Archive;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Platform.Redis.Embedded;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Runtimes;

/// <summary>
/// The private PostgreSQL and Redis of one installation: only those for which no URL is set. It hands the roles the URLs of what it runs.
/// </summary>
public sealed class Backends : IAsyncDisposable
{
    private readonly Dictionary<Subsystem, OwnedDatabase> _databases = [];
    private readonly DataDirectory _data;
    private EmbeddedPostgres? _postgres;
    private EmbeddedRedis? _redis;
    private ArchiveKeeper? _keeper;

    private Backends(DataDirectory data, Settings settings) => (_data, Settings) = (data, settings);

    /// <summary>What was set, and below it the URLs and the signing key of this installation.</summary>
    public Settings Settings { get; private set; }

    public IEnumerable<RunRecord.Server> Processes
    {
        get
        {
            if (_postgres?.Identity is { } postgres) yield return new("postgres", postgres);
            if (_redis?.Identity is { } redis) yield return new("redis", redis);
            if (_keeper?.Receiver is { } receiver) yield return new("receiver", receiver);
        }
    }

    /// <summary>Whether any of these needs a PostgreSQL of our own.</summary>
    public static bool NeedPostgres(IReadOnlyList<Subsystem> subsystems, Settings settings) => subsystems.Any(s => InstalledDatabases.IsEmbedded(s, settings));

    public static bool NeedRedis(Settings settings) => settings["REDIS_URL"] is null;

    /// <summary>The users that PostgreSQL and Redis run as when we are root; none when we are not.</summary>
    /// <exception cref="TroubleException">There is no such user.</exception>
    public static (UnixUser? Postgres, UnixUser? Redis) Users()
    {
        if (!UnixUser.IsRoot) return default;

        var postgres = UnixUser.First("postgres") ?? throw new TroubleException(
            TroubleKind.Refused, "PostgreSQL refuses to run as root, and there is no user postgres to run it as", "useradd --system --no-create-home --shell /usr/sbin/nologin postgres, or run outpost as an ordinary user");
        return (postgres, UnixUser.First("redis", "valkey") ?? postgres);
    }

    /// <summary>Finds the programs and settles the secrets; starts nothing.</summary>
    /// <exception cref="TroubleException">A program is missing.</exception>
    public static async Task<Backends> PrepareAsync(
        DataDirectory data, IReadOnlyList<Subsystem> subsystems, Settings settings, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        var made = new Backends(data, settings);
        var (postgresUser, redisUser) = Users();
        var binaries = NeedPostgres(subsystems, settings) ? await PostgresBinaries.FindAsync(settings["POSTGRES_BIN"], data.Postgres.Data, ct) : null;
        var redis = NeedRedis(settings) ? RedisBinaries.Find(settings["REDIS_BIN"]) : null;

        var archive = await ArchiveAccess.OpenAsync(data, settings, clock, ct);
        if (archive is not null)
        {
            ArchiveGate.RefuseToBeginAnew(archive);
            made._keeper = new(archive, new(data.ReceiverLog), clock, say);
        }

        var secrets = SecretsFile.Open(data.Secrets);
        // The directory may come from the command line, which the roles do not see.
        if (settings[DataPath.FilesKey] is null) made.Set(DataPath.FilesKey, data.Files);
        if (settings["AUTH_SECRET"] is null) made.Set("AUTH_SECRET", secrets.Key("AUTH_SECRET"));
        if (binaries is not null)
        {
            if (data.Postgres.Sockets is var sockets && !sockets.StartsWith(data.Path, StringComparison.Ordinal)) say($"{data.Path} is too deep for a unix socket; PostgreSQL's lies in {sockets}");
            made._postgres = new(data.Postgres, binaries, postgresUser, secrets.Password("POSTGRES_PASSWORD"), clock, say) { Shipping = archive is { Server.Place: not null } ? archive.Archive.Shipping : null };
            foreach (var subsystem in subsystems.Where(s => InstalledDatabases.IsEmbedded(s, settings))) made.Own(subsystem, secrets);
        }

        if (redis is not null)
        {
            var password = secrets.Password("REDIS_PASSWORD");
            made._redis = new(data.Redis, redis, redisUser, password, clock, say);
            made.Set("REDIS_URL", data.Redis.Url(password));
        }

        secrets.Save();
        return made;
    }

    /// <param name="changed">Called with each new process.</param>
    /// <param name="timed">Runs one step under its name.</param>
    /// <exception cref="TroubleException">One did not come up; what did is stopped when this is disposed.</exception>
    public Task StartAsync(Action changed, Func<string, Func<Task>, Task> timed, CancellationToken ct)
    {
        _postgres?.Changed = changed;
        _redis?.Changed = changed;
        _keeper?.Changed = changed;
        return Task.WhenAll(
            Task.Run(async () =>
            {
                if (_postgres is not null)
                {
                    await timed("postgres", () => _postgres.StartAsync(ct));
                    await timed("databases", () => _postgres.EnsureAsync([.. _databases.Values], ct));
                }

                if (_keeper is not null) await timed("archive", () => _keeper.AttachAsync(ct));
            }, ct),
            _redis is null ? Task.CompletedTask : Task.Run(() => timed("redis", () => _redis.StartAsync(ct)), ct));
    }

    /// <summary>Begins to measure what would be lost, and to back up when it is due.</summary>
    public void Keep() => _keeper?.Start();

    /// <summary>Redis first, then PostgreSQL: the reverse of the order in which their loss would be noticed. The receiver of its log goes last.</summary>
    public async Task StopAsync()
    {
        // Each is stopped whatever became of the one before it: what is left running holds the directory against the next start.
        try
        {
            if (_keeper is not null) await _keeper.PauseAsync();
        }
        finally
        {
            try
            {
                if (_redis is not null) await _redis.StopAsync();
            }
            finally
            {
                try
                {
                    if (_postgres is not null) await _postgres.StopAsync();
                }
                finally
                {
                    if (_keeper is not null) await _keeper.DisposeAsync();
                    _keeper = null;
                }
            }
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Own(Subsystem subsystem, SecretsFile secrets)
    {
        var database = _databases[subsystem] = InstalledDatabases.Owned(subsystem, secrets);
        foreach (var (key, url) in InstalledDatabases.Urls(_data, subsystem, database)) Set(key, url);
    }

    private void Set(string key, string value) => Settings = Settings.With((key, value));
}
