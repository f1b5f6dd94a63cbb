namespace Outpost.Platform.Redis.Embedded;

/// <summary>Where a private Redis keeps what.</summary>
/// <param name="Data">Its append-only file; belongs to the user that runs it.</param>
/// <param name="Sockets">A directory that only that user and root can enter.</param>
/// <param name="Log">What the server prints.</param>
public sealed record RedisPlace(string Data, string Sockets, string Log)
{
    public const string SocketName = "redis.sock";

    public string Socket => Path.Combine(Sockets, SocketName);

    public string PidFile => Path.Combine(Data, "redis.pid");

    /// <summary>
    /// The form of <c>REDIS_URL</c> for a unix socket: <c>unix://:PASSWORD@/path/to/redis.sock</c>, password and path percent-encoded, with
    /// <c>?db=N</c> behind it for another database than 0.
    /// </summary>
    public string Url(string password) => $"unix://:{Uri.EscapeDataString(password)}@{string.Join('/', Socket.Split('/').Select(Uri.EscapeDataString))}";
}
