using System.Text;
using Outpost.Platform.Redis;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Redis;

public sealed class CallingRedis(RedisServer server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_kind_of_argument_and_reply_goes_there_and_back(int protocol)
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct), new() { Protocol = protocol });
        byte[] anything = [.. Enumerable.Range(0, 256).Select(i => (byte)i), .. "\r\n$3\r\n"u8];

        Assert.Equal("OK", (await redis.CallAsync(new("SET", "bytes", anything), Ct)).AsString());
        Assert.Equal(anything, (await redis.CallAsync(new("GET", "bytes"), Ct)).AsBytes().ToArray());
        await redis.CallAsync(new("SET", "text", "Zürich 🚲"), Ct);
        Assert.Equal("Zürich 🚲", (await redis.CallAsync(new("GET", "text"), Ct)).AsString());
        Assert.True((await redis.CallAsync(new("GET", "nothing"), Ct)).IsNull);
        Assert.Equal("", (await redis.CallAsync(new("GETRANGE", "nothing", 0, 1), Ct)).AsString());
        Assert.Equal(long.MaxValue, (await redis.CallAsync(new("INCRBY", "most", long.MaxValue), Ct)).AsLong());
        Assert.Equal(long.MinValue.ToString(System.Globalization.CultureInfo.InvariantCulture), (await redis.CallAsync(new("ECHO", long.MinValue), Ct)).AsString());

        await redis.CallAsync(new("ZADD", "scores", 1700000000000, "a", 0.1, "b", double.NegativeInfinity, "c"), Ct);
        Assert.Equal(0.1, (await redis.CallAsync(new("ZSCORE", "scores", "b"), Ct)).AsDouble());
        var pairs = (await redis.CallAsync(new("ZRANGE", "scores", 0, -1, "WITHSCORES"), Ct)).AsPairs();
        Assert.Equal([("c", double.NegativeInfinity), ("b", 0.1), ("a", 1700000000000)], pairs.Select(p => (p.Key.AsString()!, p.Value.AsDouble())));

        await redis.CallAsync(new("HSET", "map", "one", 1, "two", 2), Ct);
        Assert.Equal([("one", 1), ("two", 2)], (await redis.CallAsync(new("HGETALL", "map"), Ct)).AsPairs().Select(p => (p.Key.AsString()!, p.Value.AsLong())));
        Assert.Empty((await redis.CallAsync(new("LRANGE", "nothing", 0, -1), Ct)).Items);
        Assert.Equal([1, 2], (await redis.CallAsync(new("EVAL", "return {1, {2, redis.call('get', KEYS[1])}}", 1, "text"), Ct)).Items.Select(i => i.Kind == RedisKind.Number ? i.AsLong() : i[0].AsLong()));
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_its_code()
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct));
        await redis.CallAsync(new("SET", "text", "x"), Ct);

        var refusal = await Assert.ThrowsAsync<RedisServerException>(async () => await redis.CallAsync(new("LPUSH", "text", "y"), Ct));

        Assert.Equal("WRONGTYPE", refusal.Code);
        Assert.Equal("x", (await redis.CallAsync(new("GET", "text"), Ct)).AsString());
    }

    [Fact]
    public async Task A_batch_goes_at_once_and_its_errors_stay_in_their_place()
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct));

        var replies = await redis.CallAsync(new RedisCommand[] { new("MULTI"), new("SET", "a", 1), new("LPUSH", "a", 1), new("INCR", "a"), new("EXEC"), new("GET", "a") }, Ct);

        Assert.Equal(6, replies.Length);
        Assert.Equal("WRONGTYPE", replies[4][1].AsException().Code);
        Assert.Equal(2, replies[4][2].AsLong());
        Assert.Equal("2", replies[5].AsString());
        Assert.Empty(await redis.CallAsync(ReadOnlyMemory<RedisCommand>.Empty, Ct));
    }

    [Fact]
    public async Task Ten_thousand_callers_at_once_each_get_their_own_answer()
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct));
        await redis.CallAsync(new("PING"), Ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => Task.Run(async () => (await redis.CallAsync(new("ECHO", i), Ct)).AsLong(), Ct)));

        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => (long)i), answers);
    }

    [Fact]
    public async Task A_reply_of_many_megabytes_comes_whole()
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct));
        var large = new string('x', 9_000_000);

        await redis.CallAsync(new("SET", "large", large), Ct);
        var list = await redis.CallAsync(new("EVAL", "local t = {} for i = 1, 200000 do t[i] = i end return t", 0), Ct);

        Assert.Equal(large, (await redis.CallAsync(new("GET", "large"), Ct)).AsString());
        Assert.Equal(Enumerable.Range(1, 200_000).Select(i => (long)i), list.Items.Select(i => i.AsLong()));
    }

    [Fact]
    public async Task A_script_is_sent_as_text_once_and_then_by_its_sum()
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct));
        var script = new RedisScript($"-- {Guid.NewGuid()}\nreturn {{KEYS[1], ARGV[1], #KEYS}}");

        foreach (var _ in Enumerable.Range(0, 3))
        {
            var reply = await redis.EvalAsync(script, ["key"], [7], Ct);
            Assert.Equal(["key", "7", "1"], reply.Items.Select(i => i.AsString()!));
        }

        Assert.Equal(1, (await redis.CallAsync(new("SCRIPT", "EXISTS", script.Sha1), Ct))[0].AsLong());
        await redis.CallAsync(new("SCRIPT", "FLUSH"), Ct);
        var batch = await redis.CallAsync(new[] { new RedisCommand("PING"), script.Call(["other"], ["8"]) }, Ct);
        Assert.Equal(["other", "8", "1"], batch[1].Items.Select(i => i.AsString()!));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_harms_nobody()
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct));
        await redis.CallAsync(new("PING"), Ct);

        var calls = Enumerable.Range(0, 2000).Select(async i =>
        {
            using var cancel = new CancellationTokenSource();
            var call = redis.CallAsync(new("ECHO", i), cancel.Token).AsTask();
            if (i % 3 == 0) await cancel.CancelAsync();
            try
            {
                return (await call).AsLong() == i;
            }
            catch (OperationCanceledException)
            {
                return i % 3 == 0;
            }
        });

        Assert.All(await Task.WhenAll(calls), Assert.True);
    }

    [Fact]
    public async Task What_is_published_arrives()
    {
        await using var redis = new RedisClient(await server.DatabaseAsync(Ct));
        var name = Guid.NewGuid().ToString();
        await using var one = await redis.SubscribeAsync(name, Ct);
        await using var other = await redis.SubscribeAsync(name, Ct);

        foreach (var i in Enumerable.Range(0, 100)) Assert.Equal(1, (await redis.CallAsync(new("PUBLISH", name, i), Ct)).AsLong());

        foreach (var subscription in new[] { one, other })
        {
            var heard = await subscription.Take(100).Select(m => Encoding.UTF8.GetString(m.Span)).ToListAsync(Ct);
            Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), heard);
        }
    }
}
