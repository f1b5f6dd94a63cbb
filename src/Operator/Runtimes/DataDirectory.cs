using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Platform.Redis.Embedded;

namespace Outpost.Operator.Runtimes;

/// <summary>Where one installation keeps everything that must survive. Only its owner can read it.</summary>
/// <param name="Path">Absolute, without a slash at its end.</param>
public sealed record DataDirectory(string Path)
{
    public const string Key = DataPath.Key;

    public string Lock => In("outpost.lock");

    public string Record => In("outpost.json");

    public string Secrets => In("secrets.env");

    /// <summary>Held by the one command that changes this installation.</summary>
    public string OperationLock => In("operation.lock");

    public string OperationOwner => In("operation.json");

    /// <summary>What was done to this installation, see <see cref="Journal.OperationJournal"/>.</summary>
    public string Journal => In("journal.jsonl");

    /// <summary>A restore that has begun to put things in their places, and what was kept of before, see <see cref="Restores.SwapPlan"/>.</summary>
    public string Restores => In("restores");

    /// <summary>What the drills have found.</summary>
    public string Drills => In("drills");

    /// <summary>The installation in which a drill restores; gone when it has ended.</summary>
    public string DrillCluster => In("drilling");

    /// <summary>What commands that end leave for Prometheus: node_exporter reads it with <c>--collector.textfile.directory</c>.</summary>
    public string Metrics => In("metrics");

    public string Logs => In("logs");

    /// <summary>Physical backups and the log, where nothing else is set.</summary>
    public string Archive => In("archive");

    /// <summary>What the keeper of the archive last saw.</summary>
    public string ArchiveState => In("run/archive.json");

    internal string ReceiverLog => In("logs/receiver.log");

    internal string PgBackRestConfiguration => In("conf/pgbackrest.conf");

    internal string ArchiveWork => In("run/archive");

    internal string Passfile => In("conf/archive.pgpass");

    /// <summary>What a node that follows another server knows of it.</summary>
    public string Node => In("node.json");

    /// <summary>There when another node took over: this one must not start.</summary>
    public string Fence => In("fenced.json");

    /// <summary>What people upload, where nothing else is set.</summary>
    public string Files => In("files");

    /// <summary>What the roles print.</summary>
    public LogFile Log => new(In("logs/outpost.log"));

    public ClusterPlace Postgres => new(In("postgres"), In("conf"), SocketPlace.For(In("run/postgres"), ClusterPlace.LongestSocket), In("logs/postgres.log"));

    public RedisPlace Redis => new(In("redis"), SocketPlace.For(In("run/redis"), RedisPlace.SocketName), In("logs/redis.log"));

    /// <summary>The one that was asked for, else <c>OUTPOST_DATA</c>, else where data of this user belongs.</summary>
    public static DataDirectory Of(string? asked, Settings settings) => new(DataPath.Of(asked, settings));

    /// <summary>Makes it. Root's own can be walked through, because PostgreSQL and Redis, which are not root, own directories inside.</summary>
    /// <exception cref="TroubleException">It cannot be made, or one of those users cannot get there.</exception>
    public void Prepare(params IEnumerable<UnixUser> passing)
    {
        PrivateDirectory.Ensure(Path, passable: UnixUser.IsRoot);
        foreach (var user in passing)
        {
            if (PrivateDirectory.Obstacle(Path, user) is not { } wall) continue;

            throw new TroubleException(
                TroubleKind.Refused,
                $"user {user.Name}, who runs the database, cannot walk through {wall} to {Path}",
                $"chmod o+x {wall}, or choose another directory: outpost up --data DIR",
                $"{wall} has mode {Convert.ToString((int)File.GetUnixFileMode(wall), 8)} and belongs to {UnixUser.NameOf(PrivateDirectory.Owner(wall))}");
        }

        PrivateDirectory.Ensure(Logs);
        PrivateDirectory.Ensure(In("conf"), passable: UnixUser.IsRoot);
        PrivateDirectory.Ensure(In("run"), passable: UnixUser.IsRoot);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
