using System.Diagnostics;
using System.Globalization;
using Outpost.Platform.Redis;

namespace Outpost.Bench;

/// <summary>
/// <c>outpost bench redis</c>: our client and redis-benchmark against the same redis-server of their own, in turn: GET and SET of 100 bytes with as many commands
/// under way at once.
/// </summary>
internal sealed class RedisBench(TextWriter output, TimeSpan duration)
{
    private static readonly int[] Depths = [1, 16, 128, 1024];

    public async Task RunAsync(CancellationToken ct)
    {
        await using var server = await PrivateRedis.StartAsync(ct);
        await using var redis = new RedisClient(server.Url);
        await redis.CallAsync(new("PING"), ct);
        await Line($"{Environment.ProcessorCount} cores shared with the server; one connection; {duration.TotalSeconds:0} s each");
        await Line($"{"command",-8} {"at once",8} {"ours /s",10} {"redis-benchmark /s",20} {"ratio",6} {"bytes/call",10}");
        foreach (var depth in Depths)
        {
            foreach (var command in new[] { "SET", "GET" })
            {
                await MeasureAsync(redis, command, depth, TimeSpan.FromSeconds(1), ct);
                var (ours, bytes) = await MeasureAsync(redis, command, depth, duration, ct);
                var theirs = await TheirsAsync(server.Url.SocketPath!, command, depth, ours, ct);
                await Line($"{command,-8} {depth,8} {ours,10:0} {theirs,20:0} {ours / theirs,6:0.00} {bytes,10:0}");
            }
        }
    }

    private static async Task<(double PerSecond, double Bytes)> MeasureAsync(RedisClient redis, string name, int depth, TimeSpan duration, CancellationToken ct)
    {
        var value = new byte[100];
        var ends = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var before = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, depth).Select(_ => Task.Run(async () =>
        {
            var count = 0L;
            for (; Stopwatch.GetTimestamp() < ends; count++) await redis.CallAsync(name == "GET" ? new("GET", "bench:key") : new("SET", "bench:key", value), ct);
            return count;
        }, ct)));
        var all = counts.Sum();
        return (all / Stopwatch.GetElapsedTime(started).TotalSeconds, (GC.GetTotalAllocatedBytes() - before) / (double)all);
    }

    // One connection with as many commands on the way, for about as long as ours took.
    private async Task<double> TheirsAsync(string socket, string command, int depth, double perSecond, CancellationToken ct)
    {
        var requests = (long)(perSecond * duration.TotalSeconds);
        using var process = Process.Start(new ProcessStartInfo(
            "redis-benchmark",
            ["-s", socket, "-c", "1", "-P", Text(depth), "-n", Text(requests), "-d", "100", "-t", command.ToLowerInvariant(), "--csv"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var told = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        var line = told.Split('\n').Last(l => l.StartsWith($"\"{command}\"", StringComparison.Ordinal));
        return double.Parse(line.Split(',')[1].Trim('"'), CultureInfo.InvariantCulture);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private Task Line(FormattableString text) => output.WriteLineAsync(text.ToString(CultureInfo.InvariantCulture));
}
