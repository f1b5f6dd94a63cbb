using System.Globalization;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>
/// Redis as it is at one instant, as an RDB file that the server sends over its replication: the same for the installation's own and for one on another
/// machine.
/// </summary>
internal static class RedisCopy
{
    /// <exception cref="TroubleException">The server does not give it.</exception>
    /// <exception cref="IOException">It could not be kept.</exception>
    public static async Task<(HashedFile File, RedisFacts Facts)> TakeAsync(RedisUrl url, string path, CancellationToken ct)
    {
        var facts = new RedisFacts(Field(await AskAsync(url, ct, "INFO", "server"), "redis_version") ?? Field(await AskAsync(url, ct, "INFO", "server"), "valkey_version") ?? "?", await KeysAsync(url, ct));
        var run = await ToolRun.OfAsync(Tool(url, "--rdb", path), ct);
        if (run.Code != 0 || !File.Exists(path)) throw Trouble(url, run);

        File.SetUnixFileMode(path, AtomicFile.Private);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
        return (await HashedFile.ReadAsync(path, null, ct), facts);
    }

    /// <summary>Reads all of it and compares the checksum at its end.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static async Task<string?> DamageAsync(string path, CancellationToken ct)
    {
        var run = await ToolRun.OfAsync(new("redis-check-rdb", path), ct);
        return run.Code == 0 ? null : run.Evidence;
    }

    public static async Task<long> KeysAsync(RedisUrl url, CancellationToken ct) => (await AskAsync(url, ct, "INFO", "keyspace")).Split('\n')
        .Where(line => line.StartsWith("db", StringComparison.Ordinal))
        .Select(line => line.Split("keys=")[1].Split(',')[0])
        .Sum(keys => long.Parse(keys, CultureInfo.InvariantCulture));

    private static async Task<string> AskAsync(RedisUrl url, CancellationToken ct, params string[] words)
    {
        var run = await ToolRun.OfAsync(Tool(url, words), ct);
        return run.Code == 0 && !run.Output.StartsWith("NOAUTH", StringComparison.Ordinal) && !run.Output.StartsWith("ERR", StringComparison.Ordinal) ? run.Output : throw Trouble(url, run);
    }

    private static Tool Tool(RedisUrl url, params string[] words)
    {
        string[] where = url.SocketPath is { } socket ? ["-s", socket] : ["-h", url.Host, "-p", url.Port.ToString(CultureInfo.InvariantCulture)];
        string[] user = url.User is { } name ? ["--user", name] : [];
        string[] tls = url.Tls ? ["--tls"] : [];
        return new("redis-cli", [.. where, .. user, .. tls, "--no-auth-warning", "-e", .. words])
        {
            Environment = url.Password is { } password ? new Dictionary<string, string> { ["REDISCLI_AUTH"] = password } : new Dictionary<string, string>(),
        };
    }

    private static string? Field(string info, string name) =>
        info.Split('\n').Select(line => line.Trim().Split(':', 2)).FirstOrDefault(f => f.Length == 2 && f[0] == name)?[1];

    private static TroubleException Trouble(RedisUrl url, ToolRun run) => new(TroubleKind.Failed, $"Redis at {url} could not be copied", "see that it runs and that REDIS_URL is right: outpost status", run.Evidence);
}
