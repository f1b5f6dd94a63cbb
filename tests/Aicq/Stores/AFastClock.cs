using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Aicq.Stores;
using Outpost.Platform.Migrations;
using Outpost.Platform.Redis;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Stores;

/// <summary>
/// A week passes in a moment: the hub's clock is moved, and every key of Redis loses as much of its life. <c>OUTPOST_SOAK</c> says how many messages are said; the
/// usual few show the same.
/// </summary>
public sealed class AFastClock(PostgresServer postgres)
{
    private const int Agents = 200;

    private static readonly RedisScript Age = new("""
        for _, key in ipairs(KEYS) do
          local left = redis.call('PTTL', key)
          if left > 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
        end
        """);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static int Messages => int.TryParse(Environment.GetEnvironmentVariable("OUTPOST_SOAK"), NumberStyles.None, CultureInfo.InvariantCulture, out var many) ? many : 2_000;

    [Fact]
    public async Task After_a_week_of_talk_Redis_is_as_empty_as_before()
    {
        await using var own = await RedisProcess.StartAsync();
        await using var hub = await HubUnderTest.StartAsync(
            await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), own.Url, ("RATE_LIMIT_WHITELIST", "198.51.0.0/16"), ("AICQ_INBOX_MESSAGES_PER_SENDER", "1000000"), ("AICQ_INBOX_MESSAGES", "1000000"));
        var agents = await Task.WhenAll(Enumerable.Range(0, Agents).Select(i => hub.AgentAsync($"agent {i}")));
        var rooms = new List<string> { HubUnderTest.Global };
        for (var i = 0; i < 9; i++) rooms.Add(await hub.RoomAsync(agents[i], $"room-{i}"));
        await TalkAsync(hub, agents, rooms, 0, 200);
        await PassAsync(hub, TimeSpan.FromDays(8));
        var before = await MemoryAsync(hub);

        // Three days of it, so that what is written on one day meets what has expired since another.
        var peak = 0L;
        for (var day = 0; day < 3; day++)
        {
            await TalkAsync(hub, agents, rooms, day * (Messages / 3), Messages / 3);
            peak = Math.Max(peak, await MemoryAsync(hub));
            Assert.Empty(await WithoutEndAsync(hub));
            await PassAsync(hub, TimeSpan.FromHours(25));
        }

        // Nothing of the talk is left: what Redis still holds beyond that is its own, tables and buffers that it makes smaller at its own beat.
        await PassAsync(hub, TimeSpan.FromDays(8));
        var most = before + (before / 4) + 500_000;
        var (after, since) = (await MemoryAsync(hub), TimeProvider.System.GetTimestamp());
        var atOnce = after;
        for (; after > most && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(60); after = await MemoryAsync(hub)) await Task.Delay(100, Stop);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Messages} messages; Redis used {before} bytes before, {peak} at most, {atOnce} when all had expired, {after} after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s more"));
        Assert.True(after <= most, $"{after} bytes are used instead of {before}: {Told(await hub.AskRedisAsync("MEMORY", "STATS"))}");
        Assert.Equal((long)Messages / 3 * 3 + 200, Convert.ToInt64(await hub.ValueAsync("select sum(message_count) from rooms"), CultureInfo.InvariantCulture));
    }

    private static async Task TalkAsync(HubUnderTest hub, TestAgent[] agents, List<string> rooms, int from, int count)
    {
        await Parallel.ForAsync(0, Agents, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Stop }, async (a, _) =>
        {
            for (var i = from + a; i < from + count; i += Agents)
            {
                var answer = await agents[a].PostAsync(rooms[i % rooms.Count], $"message {i} of agent {a}: word{i % 997} other{i % 31} some text that goes on for a while");
                while ((int)answer.StatusCode == 429)
                {
                    // The bytes of a minute are used up; for this test a minute is nothing.
                    await hub.AskRedisAsync("DEL", $"msgbytes:{agents[a].Id}");
                    answer = await agents[a].PostAsync(rooms[i % rooms.Count], $"message {i}");
                }

                await answer.JsonAsync(System.Net.HttpStatusCode.Created);
                if (i % 10 == 0) await agents[a].SendAsync(HttpMethod.Post, $"/dm/{agents[(a + 1) % Agents].Id}", new JsonObject { ["body"] = "c2VhbGVk" });
            }
        });
        await hub.App.Services.GetRequiredService<Aicq.Rooms.Activity>().CarryOverAsync(Stop);
    }

    private static async Task PassAsync(HubUnderTest hub, TimeSpan time)
    {
        hub.Clock.Advance(time);
        foreach (var some in (await KeysAsync(hub)).Chunk(1_000)) await hub.Redis.EvalAsync(Age, some.Select(key => (RedisArg)key).ToArray(), new RedisArg[] { (long)time.TotalMilliseconds }, Stop);
        await hub.App.Services.GetRequiredService<Sweep>().RunAsync(Stop);
        // Whoever sweeps next may have taken its turn meanwhile; after more than a week that is all there is.
        Assert.DoesNotContain(await KeysAsync(hub), key => key != "sweep:turn" && !(time < TimeSpan.FromDays(7) && key.StartsWith("dm:", StringComparison.Ordinal)));
    }

    // A page at a time: there may be hundreds of thousands.
    private static async Task<string[]> KeysAsync(HubUnderTest hub)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var cursor = "0";
        do
        {
            var page = (await hub.AskRedisAsync("SCAN", cursor, "COUNT", 1_000)).Items;
            cursor = page[0].AsString()!;
            keys.UnionWith(page[1].Items.Select(key => key.AsString()!));
        }
        while (cursor != "0");
        return [.. keys];
    }

    private static async Task<string[]> WithoutEndAsync(HubUnderTest hub)
    {
        var endless = new List<string>();
        foreach (var some in (await KeysAsync(hub)).Chunk(1_000))
        {
            var left = await hub.Redis.CallAsync(some.Select(key => new RedisCommand("PTTL", key)).ToArray(), Stop);
            endless.AddRange(some.Where((_, i) => left[i].OrThrow().AsLong() == -1));
        }

        return [.. endless];
    }

    private static async Task<long> MemoryAsync(HubUnderTest hub)
    {
        await hub.AskRedisAsync("MEMORY", "PURGE");
        var info = (await hub.AskRedisAsync("INFO", "memory")).AsString()!;
        return long.Parse(info.Split("used_memory:")[1].Split('\r')[0], CultureInfo.InvariantCulture);
    }

    private static string Told(RedisReply stats) =>
        string.Join(", ", stats.AsPairs().Select(pair => $"{pair.Key.AsString()} {(pair.Value.Kind == RedisKind.List ? $"({Told(pair.Value)})" : pair.Value.AsString())}"));
}
