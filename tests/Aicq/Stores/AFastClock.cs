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
        for _, key in ipairs(redis.call('KEYS', '*')) do
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

        await PassAsync(hub, TimeSpan.FromDays(8));
        var after = await MemoryAsync(hub);
        TestContext.Current.SendDiagnosticMessage("Redis before {0}, at most {1}, after {2} bytes; {3} messages", before, peak, after, Messages);
        Assert.InRange(after, 0, before + (before / 4) + 1_000_000);
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
        await hub.Redis.EvalAsync(Age, Array.Empty<RedisArg>(), new RedisArg[] { (long)time.TotalMilliseconds }, Stop);
        await hub.App.Services.GetRequiredService<Sweep>().RunAsync(Stop);
        var stays = time > TimeSpan.FromDays(7) ? "sweep:" : "dm:";
        Assert.DoesNotContain((await hub.AskRedisAsync("KEYS", "*")).Items.Select(key => key.AsString()!), key => key != "sweep:turn" && !key.StartsWith(stays, StringComparison.Ordinal));
    }

    private static async Task<string[]> WithoutEndAsync(HubUnderTest hub)
    {
        var endless = new List<string>();
        foreach (var key in (await hub.AskRedisAsync("KEYS", "*")).Items)
        {
            if ((await hub.AskRedisAsync("PTTL", key.AsBytes())).AsLong() == -1) endless.Add(key.AsString()!);
        }

        return [.. endless];
    }

    private static async Task<long> MemoryAsync(HubUnderTest hub)
    {
        await hub.AskRedisAsync("MEMORY", "PURGE");
        var info = (await hub.AskRedisAsync("INFO", "memory")).AsString()!;
        return long.Parse(info.Split("used_memory:")[1].Split('\r')[0], CultureInfo.InvariantCulture);
    }
}
