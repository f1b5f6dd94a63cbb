namespace Outpost.Platform.Postgres.Embedded;

/// <summary>Where a private cluster keeps what.</summary>
/// <param name="Data">The cluster itself; belongs to the user that runs PostgreSQL.</param>
/// <param name="Settings">Its configuration, outside the cluster, so that the user that runs PostgreSQL cannot change what we write.</param>
/// <param name="Sockets">A directory that only that user and root can enter.</param>
/// <param name="Log">What the server prints.</param>
public sealed record ClusterPlace(string Data, string Settings, string Sockets, string Log)
{
    /// <summary>The longest name in <see cref="Sockets"/>.</summary>
    public const string LongestSocket = ".s.PGSQL.5432.lock";

    public bool Exists => File.Exists(Path.Combine(Data, "PG_VERSION"));

    public string PidFile => Path.Combine(Data, "postmaster.pid");

    internal string Configuration => Path.Combine(Settings, "postgresql.conf");

    internal string Access => Path.Combine(Settings, "pg_hba.conf");

    internal string OwnSettings => Path.Combine(Settings, "postgresql.local.conf");
}
