using System.Text;
using Outpost.Platform.Redis;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Redis;

public sealed class AClusterOfRedis
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("123456789", 0x31C3)]
    [InlineData("foo{bar}baz", 5061)]
    [InlineData("bar", 5061)]
    [InlineData("foo{}{bar}", 8363)]
    [InlineData("foo{{bar}}zap", 4015)]
    [InlineData("", 0)]
    public void A_key_lies_in_the_slot_that_the_specification_gives_it(string key, int slot) => Assert.Equal(slot, HashSlot.Of(key));

    [Fact]
    public async Task Keys_are_found_while_slots_move_and_nodes_die()
    {
        await using var cluster = await RedisClusterOfSix.StartAsync();
        await using var redis = new RedisClient(cluster.Url);

        // Every key to its node, one by one and in a batch over all nodes, with transactions and scripts where keys lie together.
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => redis.CallAsync(new("SET", $"key:{i}", i), Ct).AsTask()));
        var replies = await redis.CallAsync(Enumerable.Range(0, 500).Select(i => new RedisCommand("GET", $"key:{i}")).ToArray(), Ct);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), replies.Select(r => r.AsLong()));
        var transaction = await redis.CallAsync(new RedisCommand[] { new("MULTI"), new("INCR", "{room}:a"), new("INCR", "{room}:b"), new("EXEC") }, Ct);
        Assert.Equal([1, 1], transaction[3].Items.Select(r => r.AsLong()));
        var script = new RedisScript("return redis.call('incrby', KEYS[1], ARGV[1]) + redis.call('incrby', KEYS[2], ARGV[1])");
        Assert.Equal(12, (await redis.EvalAsync(script, ["{room}:a", "{room}:b"], [5], Ct)).AsLong());
        Assert.Equal("CROSSSLOT", (await Assert.ThrowsAsync<RedisServerException>(async () => await redis.EvalAsync(script, ["a", "b"], [5], Ct))).Code);

        await MovesASlotAsync(cluster, redis);
        await LosesANodeAsync(cluster, redis);
    }

    private static async Task MovesASlotAsync(RedisClusterOfSix cluster, RedisClient redis)
    {
        var slot = HashSlot.Of("{moving}");
        var from = await cluster.OwnerAsync(slot);
        var to = await cluster.OwnerAsync((slot + 8192) % HashSlot.Count);
        await using var source = new RedisClient(from.TcpUrl);
        await using var target = new RedisClient(to.TcpUrl);
        foreach (var i in Enumerable.Range(0, 20)) await redis.CallAsync(new("SET", $"{{moving}}:{i}", i), Ct);

        using var end = new CancellationTokenSource();
        var counted = 0L;
        var counting = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested) Assert.Equal(++counted, (await redis.CallAsync(new("INCR", "{moving}:count"), CancellationToken.None)).AsLong());
        }, Ct);

        await target.CallAsync(new("CLUSTER", "SETSLOT", slot, "IMPORTING", await RedisClusterOfSix.IdAsync(from)), Ct);
        await source.CallAsync(new("CLUSTER", "SETSLOT", slot, "MIGRATING", await RedisClusterOfSix.IdAsync(to)), Ct);
        await source.CallAsync(new("MIGRATE", "127.0.0.1", to.Port, "", 0, 5000, "KEYS", "{moving}:1", "{moving}:2", "{moving}:count"), Ct);
        // Some are here, some there, some nowhere yet: the old owner asks to ask the new one.
        foreach (var i in Enumerable.Range(0, 20)) Assert.Equal(i, (await redis.CallAsync(new("GET", $"{{moving}}:{i}"), Ct)).AsLong());
        Assert.Equal(2, (await redis.EvalAsync(new("return redis.call('incr', KEYS[1])"), ["{moving}:1"], [], Ct)).AsLong());
        await redis.CallAsync(new("SET", "{moving}:new", "here"), Ct);

        string[] rest = [.. (await source.CallAsync(new("CLUSTER", "GETKEYSINSLOT", slot, 1000), Ct)).Items.Select(k => k.AsString()!)];
        await source.CallAsync(new("MIGRATE", ["127.0.0.1", to.Port, "", 0, 5000, "KEYS", .. rest.Select(k => (RedisArg)k)]), Ct);
        foreach (var node in new[] { target, source }) await node.CallAsync(new("CLUSTER", "SETSLOT", slot, "NODE", await RedisClusterOfSix.IdAsync(to)), Ct);

        Assert.Equal("here", (await redis.CallAsync(new("GET", "{moving}:new"), Ct)).AsString());
        await end.CancelAsync();
        await counting;
        Assert.Equal(counted, (await redis.CallAsync(new("GET", "{moving}:count"), Ct)).AsLong());
        Assert.Equal(counted, (await target.CallAsync(new("GET", "{moving}:count"), Ct)).AsLong());
    }

    private static async Task LosesANodeAsync(RedisClusterOfSix cluster, RedisClient redis)
    {
        await using var subscription = await redis.SubscribeAsync("news", Ct);
        var slot = HashSlot.Of("after");
        var owner = await cluster.OwnerAsync(slot);
        await using (var master = new RedisClient(owner.TcpUrl))
        {
            // Copied before the master dies: what a master alone has acknowledged dies with it.
            Assert.Equal(1, (await master.CallAsync(new RedisCommand[] { new("SET", "after", 1), new("WAIT", 1, 10_000) }, Ct))[1].AsLong());
        }

        await owner.KillAsync();

        var failures = 0;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                Assert.Equal(2, (await redis.CallAsync(new("INCR", "after"), Ct)).AsLong());
                break;
            }
            catch (RedisUnavailableException)
            {
                failures++;
                await Task.Delay(50, patience.Token);
            }
        }

        Assert.True(failures > 0, "the node was lost and nobody noticed");
        await using var heard = subscription.GetAsyncEnumerator(patience.Token);
        do
        {
            await redis.CallAsync(new("PUBLISH", "news", "still there"), Ct);
            Assert.True(await heard.MoveNextAsync());
        }
        while (RedisSubscription.IsGap(heard.Current));
        Assert.Equal("still there", Encoding.UTF8.GetString(heard.Current.Span));
    }
}
