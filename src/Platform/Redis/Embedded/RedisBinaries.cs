using Outpost.Platform.Processes;

namespace Outpost.Platform.Redis.Embedded;

/// <summary>The program that serves as Redis: Redis itself or Valkey, which speaks the same and reads the same configuration.</summary>
public static class RedisBinaries
{
    internal static readonly string[] Programs = ["redis-server", "valkey-server"];

    private static readonly string[] Places = ["/usr/bin", "/usr/local/bin", "/usr/sbin"];

    /// <param name="only">The directory to look in and no other (<c>REDIS_BIN</c>); null to look where programs are.</param>
    /// <returns>The whole path.</returns>
    /// <exception cref="TroubleException">Neither is installed.</exception>
    public static string Find(string? only) =>
        (from program in Programs from place in only is null ? Places : [only] select Path.Combine(place, program)).FirstOrDefault(File.Exists)
        ?? throw new TroubleException(
            TroubleKind.Refused,
            only is null ? "Redis is not installed" : $"there is no redis-server in {only}, where REDIS_BIN points",
            $"{(only is null ? "" : "unset REDIS_BIN, or: ")}sudo apt-get install -y redis-server, or set REDIS_URL to a server of your own",
            only is null ? $"looked for redis-server and valkey-server in {string.Join(", ", Places)}" : null);
}
