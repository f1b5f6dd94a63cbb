using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Outpost.Bench;

/// <summary><c>outpost bench aicq</c>: what the agent hub costs, measured on an installation of its own, beside what the first hub needed for the same.</summary>
internal sealed class HubBench(TextWriter output, TimeSpan duration, int connections)
{
    // One agent may say 32 KB in a minute, which is 350 of these messages.
    private const int Agents = 1_000, Streams = 10_000, Many = 100_000;
    private const string Global = "00000000-0000-0000-0000-000000000001", RoomKey = "a key for the measurement";

    private int _redisPid;
    private string _redisUrl = "";

    public async Task RunAsync(CancellationToken ct)
    {
        // An installation's own Redis may hold 80 MB; this holds what it is given, as a hub's of its own would.
        await using var redis = await PrivateRedis.StartAsync(ct);
        (_redisPid, _redisUrl) = (redis.Pid, redis.Url.ToUrl());
        await using var hub = await Installation.StartAsync(
            new("aicq", "aicq", "AICQ_PORT", "/health",
            [
                ("REDIS_URL", _redisUrl), ("RATE_LIMIT_WHITELIST", "127.0.0.1"), ("HTTP_CONNECTIONS", "20000"), ("LOG_LEVEL", "warn"),
            ]), ct);
        var idle = Footprint.Of(hub.Pid, false).Resident;
        using var client = hub.Client();
        var agents = await HubAgents.RegisterAsync(client, Agents, ct);
        await agents.FillAsync(hub.Address, Global, 200, 8, ct);
        var hidden = await agents.RoomAsync(client, "bench-private", RoomKey, ct);
        var posts = await agents.RoomAsync(client, "bench-posts", null, ct);

        await Line($"start to healthy {hub.ToHealthy.TotalSeconds:0.00} s; {Environment.ProcessorCount} cores; {duration.TotalSeconds:0} s each, load generator and databases on the same machine; 200 messages in the room");
        await Line($"of the first hub: its requests a second in the same conditions on another day; compare them as an order of magnitude");
        await Line();
        await Line($"{"request",-30} {"conns",5} {"req/s",8} {"p50 ms",8} {"p99 ms",8} {"hub µs",8} {"all µs",8} {"first",7} {"times",7}");
        await RowAsync(hub, Get("GET /health", "/health"), 9_102, ct);
        await RowAsync(hub, Get("GET /channels", "/channels"), 4_597, ct);
        await RowAsync(hub, Get("GET /room?limit=50", $"/room/{Global}?limit=50"), 1_639, ct);
        await RowAsync(hub, Get("GET /stats", "/stats"), 1_325, ct);
        await RowAsync(hub, Get("GET /who", $"/who/{agents.First}"), 6_012, ct);
        await RowAsync(hub, Get("GET /find, 200 messages", "/find?q=word"), 33, ct);
        await RowAsync(hub, new("GET private room", _ => Bytes($"GET /room/{hidden} HTTP/1.1\r\nHost: localhost\r\nX-AICQ-Room-Key: {RoomKey}\r\n\r\n"), 200), 26, ct);
        await PostsAsync(hub, agents, posts, ct);

        var before = Footprint.Of(redis.Pid, false).Resident;
        var held = 200;
        foreach (var messages in (int[])[Many / 10, Many])
        {
            await agents.FillAsync(hub.Address, Global, messages - held, 32, ct);
            held = messages;
            await RowAsync(hub, Get($"GET /find, {messages} messages", "/find?q=word"), 33, ct);
        }

        await RowAsync(hub, Get("GET /room?limit=50, the same", $"/room/{Global}?limit=50"), 1_639, ct);
        await Line();
        await Line($"a message takes {(Footprint.Of(redis.Pid, false).Resident - before) / (double)(Many - 200):0} bytes of Redis");
        var loaded = Footprint.Of(hub.Pid, false).Resident;
        await StreamsAsync(hub, agents, ct);
        await Line($"memory, MB: {Megabytes(await AloneAsync(hub, ct)):0.0} outpost serve aicq, idle; {Megabytes(idle):0.0} outpost up, idle, which looks after PostgreSQL too, {Megabytes(loaded):0.0} after the load");
    }

    // As the image runs it: the hub in a process of its own, beside stores that others look after.
    private async Task<long> AloneAsync(Installation hub, CancellationToken ct)
    {
        var port = Installation.FreePort();
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Installation.Assembly(), "serve", "aicq"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in hub.Reach()) start.Environment[key] = value;
        (start.Environment["REDIS_URL"], start.Environment["AICQ_PORT"], start.Environment["LOG_LEVEL"]) = (_redisUrl, port.ToString(CultureInfo.InvariantCulture), "warn");
        using var process = Process.Start(start)!;
        try
        {
            // It says where it listens when it does.
            if (await process.StandardError.ReadLineAsync(ct) is null || process.HasExited) throw new InvalidOperationException("outpost serve aicq did not start.");
            await Task.Delay(TimeSpan.FromSeconds(2), ct);
            return Footprint.Of(process.Id, false).Resident;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task StreamsAsync(Installation hub, HubAgents agents, CancellationToken ct)
    {
        using var streams = await HubStreams.OpenAsync(hub.Address, Streams, ct);
        var open = Footprint.Of(hub.Pid, false).Resident;
        var mark = $"\"room_id\":\"{Global}\"";
        var heard = await streams.HearAsync(mark, () => agents.FillAsync(hub.Address, Global, 1, 1, ct), ct);
        var after = Footprint.Of(hub.Pid, false).Resident;
        await Line($"{streams.Count} live streams: {Megabytes(open):0.0} MB with all of them open, {Megabytes(after):0.0} when all were written to; one post reached {heard.Length} of them, the first after {At(heard, 0):0.0}, half after {At(heard, 0.5):0.0}, the last after {At(heard, 1):0.0} ms");
    }

    private async Task PostsAsync(Installation hub, HubAgents agents, string room, CancellationToken ct)
    {
        var warm = TimeSpan.FromSeconds(Math.Max(1, duration.TotalSeconds / 3));
        var warmed = await LoadGenerator.RunAsync(hub.Address, agents.Posts("warm-up", room, agents.Sign(room, 2_000)), connections, warm, ct);
        // A third more than the warm-up promises; should they run out, the rest is signed as it is sent.
        var signed = agents.Sign(room, (int)(warmed.PerSecond * duration.TotalSeconds * 2));
        await RowAsync(hub, agents.Posts("signed POST /room", room, signed), 802, ct, isWarm: true);
    }

    private async Task RowAsync(Installation hub, Load load, double first, CancellationToken ct, bool isWarm = false)
    {
        if (!isWarm) await LoadGenerator.RunAsync(hub.Address, load, connections, TimeSpan.FromSeconds(Math.Max(1, duration.TotalSeconds / 3)), ct);
        var (web, all) = Cpu(hub);
        var measured = await LoadGenerator.RunAsync(hub.Address, load, connections, duration, ct);
        var (webAfter, allAfter) = Cpu(hub);
        await Line(
            $"{load.Name,-30} {connections,5} {measured.PerSecond,8:0} {measured.Percentile(0.5) / 1000,8:0.00} {measured.Percentile(0.99) / 1000,8:0.00} {(webAfter - web) / measured.Requests * 1e6,8:0} {(allAfter - all) / measured.Requests * 1e6,8:0} {first,7:0} {measured.PerSecond / first,7:0.0}");
    }

    // Seconds of the hub, and of the hub and its stores.
    private (double Hub, double All) Cpu(Installation hub) => (Footprint.Of(hub.Pid, false).CpuSeconds, Footprint.Of(hub.Pid, true).CpuSeconds + Footprint.Of(_redisPid, false).CpuSeconds);

    private static Load Get(string name, string path) => new(name, _ => LoadGenerator.Get(path), 200);

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static double Megabytes(long bytes) => bytes / 1048576d;

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];

    private Task Line(FormattableString? text = null) => output.WriteLineAsync(text is null ? "" : text.ToString(CultureInfo.InvariantCulture));
}
