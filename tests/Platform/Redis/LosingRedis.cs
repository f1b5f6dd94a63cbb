using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Outpost.Platform.Configuration;
using Outpost.Platform.Health;
using Outpost.Platform.Redis;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Redis;

/// <summary>Servers that die, hang, refuse, or are none; wires that break.</summary>
public sealed class LosingRedis(RedisServer shared)
{
    private static readonly RedisCommand Ping = new("PING");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_killed_under_load_loses_nothing_that_was_acknowledged_and_is_found_again()
    {
        await using var server = await RedisProcess.StartAsync(settings: "appendonly yes\nappendfsync always");
        await using var redis = new RedisClient(server.Url);
        await redis.CallAsync(Ping, Ct);
        var (acknowledged, uncertain, killings) = (0, 0, 0);
        using var end = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    await redis.CallAsync(new("INCR", "count"), CancellationToken.None);
                    Interlocked.Increment(ref acknowledged);
                }
                catch (RedisUnavailableException lost)
                {
                    if (lost.MayHaveBeenCarriedOut) Interlocked.Increment(ref uncertain);
                    else await Task.Yield();
                }
            }
        }, Ct)).ToArray();

        while (killings++ < 3)
        {
            var before = Volatile.Read(ref acknowledged);
            await UntilAsync(() => Volatile.Read(ref acknowledged) > before + 200);
            await server.KillAsync();
            await server.StartAgainAsync();
        }

        var last = Volatile.Read(ref acknowledged);
        await UntilAsync(() => Volatile.Read(ref acknowledged) > last + 200);
        await end.CancelAsync();
        await Task.WhenAll(callers);

        var count = (await redis.CallAsync(new("GET", "count"), Ct)).AsLong();
        Assert.InRange(count, acknowledged, acknowledged + uncertain);
        Assert.True(uncertain > 0, "no call was under way when the server was killed");
    }

    [Fact]
    public async Task While_it_is_known_to_be_down_calls_fail_at_once_and_afterwards_they_succeed_again()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var redis = new RedisClient(server.Url);
        await redis.CallAsync(Ping, Ct);
        await server.KillAsync();
        await FailsAsync(redis);

        for (var i = 0; i < 1000; i++)
        {
            var call = redis.CallAsync(Ping, Ct);
            Assert.True(call.IsCompleted);
            Assert.False((await Assert.ThrowsAsync<RedisUnavailableException>(async () => await call)).MayHaveBeenCarriedOut);
        }

        await server.StartAgainAsync();
        await SucceedsAsync(redis);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up_and_found_again()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var redis = new RedisClient(server.Url, new() { CommandTimeout = TimeSpan.FromMilliseconds(200), ConnectTimeout = TimeSpan.FromMilliseconds(200), MaxPending = 10 });
        await redis.CallAsync(Ping, Ct);
        await server.PauseAsync();

        var calls = Enumerable.Range(0, 10).Select(i => redis.CallAsync(new("RPUSH", "list", i), Ct).AsTask()).ToArray();
        var tooMany = await Assert.ThrowsAsync<RedisUnavailableException>(async () => await redis.CallAsync(Ping, Ct));
        Assert.False(tooMany.MayHaveBeenCarriedOut);
        Assert.Contains("overloaded", tooMany.Message, StringComparison.Ordinal);
        foreach (var call in calls) Assert.True((await Assert.ThrowsAsync<RedisUnavailableException>(() => call)).MayHaveBeenCarriedOut);

        await server.ResumeAsync();
        await SucceedsAsync(redis);
        Assert.Equal(10, (await redis.CallAsync(new("LLEN", "list"), Ct)).AsLong());
    }

    [Fact]
    public async Task Nobody_waits_behind_a_server_that_has_stopped_answering()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var redis = new RedisClient(server.Url, new() { CommandTimeout = TimeSpan.FromSeconds(120), StallPatience = TimeSpan.FromMilliseconds(50) });
        await redis.CallAsync(Ping, Ct);
        await server.PauseAsync();

        var waiting = new List<Task<RedisReply>>();
        Task<RedisReply>? refused = null;
        await UntilAsync(() =>
        {
            var call = redis.CallAsync(Ping, Ct).AsTask();
            if (call.IsFaulted) refused = call;
            else waiting.Add(call);
            return refused is not null;
        });

        Assert.False((await Assert.ThrowsAsync<RedisUnavailableException>(() => refused!)).MayHaveBeenCarriedOut);
        Assert.NotEmpty(waiting);
        // Who was there before is not given up: it answers all of them when it goes on.
        await server.ResumeAsync();
        foreach (var call in waiting) Assert.Equal("PONG", (await call).AsString());
        await redis.CallAsync(Ping, Ct);
    }

    [Fact]
    public async Task Answers_that_come_byte_by_byte_are_whole()
    {
        var url = await shared.DatabaseAsync(Ct);
        await using var proxy = new TcpProxy(new UnixDomainSocketEndPoint(url.SocketPath!)) { Piece = 1 };
        await using var redis = new RedisClient(new RedisUrl { Host = "127.0.0.1", Port = proxy.Port, Database = url.Database }, new() { Protocol = 3 });

        await redis.CallAsync(new("HSET", "map", "one", "1", "two", "zwei\r\n"), Ct);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => redis.CallAsync(i % 2 == 0 ? new("HGETALL", "map") : new("ECHO", i), Ct).AsTask()));

        Assert.All(answers.Where((_, i) => i % 2 == 0), reply => Assert.Equal("zwei\r\n", reply.AsPairs()[1].Value.AsString()));
        Assert.Equal(Enumerable.Range(0, 50).Where(i => i % 2 == 1).Select(i => (long)i), answers.Where((_, i) => i % 2 == 1).Select(reply => reply.AsLong()));
    }

    [Fact]
    public async Task A_wire_that_is_cut_in_the_middle_of_answers_leaves_each_caller_with_his_own_or_a_clear_failure()
    {
        var url = await shared.DatabaseAsync(Ct);
        await using var proxy = new TcpProxy(new UnixDomainSocketEndPoint(url.SocketPath!));
        await using var redis = new RedisClient(new RedisUrl { Host = "127.0.0.1", Port = proxy.Port, Database = url.Database });
        await redis.CallAsync(Ping, Ct);
        var (answered, cut) = (0, 0);

        for (var round = 0; round < 20; round++)
        {
            proxy.CutAfter(37 * (round + 1));
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            {
                try
                {
                    Assert.Equal(i, (await redis.CallAsync(new("ECHO", i), Ct)).AsLong());
                    Interlocked.Increment(ref answered);
                }
                catch (RedisUnavailableException)
                {
                    Interlocked.Increment(ref cut);
                }
            }));
            proxy.CutAfter(long.MaxValue);
            await SucceedsAsync(redis);
        }

        Assert.Equal(2000, answered + cut);
        Assert.True(cut > 0 && answered > 0 && proxy.Connections > 10, $"{answered} answered, {cut} cut, {proxy.Connections} connections");
    }

    [Fact]
    public async Task A_wrong_password_or_database_or_no_redis_at_all_is_told_in_plain_words()
    {
        await using var server = await RedisProcess.StartAsync(tcp: true, password: "hunter2-right");
        await using var stranger = new TcpProxy(new UnixDomainSocketEndPoint("/nobody/is/here"));
        (RedisUrl Url, string Says)[] wrong =
        [
            (server.Url with { Password = "hunter2-wrong" }, "refuses the user and password"),
            (server.Url with { Password = null }, "wants a password"),
            (server.Url with { User = "nobody" }, "refuses the user and password"),
            (server.Url with { Database = 99_999 }, "does not give database 99999"),
            (server.Url with { SocketPath = "/nobody/is/here" }, "/nobody/is/here cannot be reached"),
            (new() { Host = "127.0.0.1", Port = stranger.Port }, "cannot be reached"),
        ];
        foreach (var (url, says) in wrong)
        {
            foreach (var protocol in new[] { 2, 3 })
            {
                await using var redis = new RedisClient(url, new() { Protocol = protocol });
                var failure = await Assert.ThrowsAsync<RedisUnavailableException>(async () => await redis.CallAsync(Ping, Ct));

                Assert.Contains(says, failure.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
                Assert.False(failure.MayHaveBeenCarriedOut);
                Assert.Equal(failure.Message, (await Assert.ThrowsAsync<RedisUnavailableException>(async () => await redis.SubscribeAsync("news", Ct))).Message);
                Assert.Equal(failure.Message, (await Assert.ThrowsAsync<RedisUnavailableException>(() => HealthCheck.Redis(redis).Probe(Ct))).Message);
            }
        }

        await using var right = new RedisClient(server.TcpUrl with { Database = 3 }, new() { Protocol = 3 });
        await HealthCheck.Redis(right).Probe(Ct);
        Assert.Contains("db=3", (await right.CallAsync(new("CLIENT", "INFO"), Ct)).AsString(), StringComparison.Ordinal);
        Assert.Contains("name=outpost", (await right.CallAsync(new("CLIENT", "INFO"), Ct)).AsString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscriber_is_told_of_the_gap_and_hears_on()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var redis = new RedisClient(server.Url);
        await using var subscription = await redis.SubscribeAsync("news", Ct);
        await using var heard = subscription.GetAsyncEnumerator(Ct);
        await redis.CallAsync(new("PUBLISH", "news", "before"), Ct);
        Assert.True(await heard.MoveNextAsync());
        Assert.Equal("before", Encoding.UTF8.GetString(heard.Current.Span));

        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.True(await heard.MoveNextAsync());
        Assert.True(RedisSubscription.IsGap(heard.Current));

        await SucceedsAsync(redis);
        Assert.Equal(1, (await redis.CallAsync(new("PUBLISH", "news", "gap"), Ct)).AsLong());
        Assert.True(await heard.MoveNextAsync());
        Assert.False(RedisSubscription.IsGap(heard.Current));
        Assert.Equal("gap", Encoding.UTF8.GetString(heard.Current.Span));
    }

    [Fact]
    public async Task A_subscriber_that_reads_too_slowly_loses_the_oldest_and_is_told_so()
    {
        await using var redis = new RedisClient(await shared.DatabaseAsync(Ct), new() { MaxUnreadMessages = 10 });
        var name = Guid.NewGuid().ToString();
        await using var slow = await redis.SubscribeAsync(name, Ct);
        await using var quick = await redis.SubscribeAsync(name, Ct);

        // One after the other, so that who reads at once is never behind.
        await using var heard = quick.GetAsyncEnumerator(Ct);
        for (var i = 0; i < 25; i++)
        {
            await redis.CallAsync(new("PUBLISH", name, i), Ct);
            Assert.True(await heard.MoveNextAsync());
            Assert.Equal($"{i}", Encoding.UTF8.GetString(heard.Current.Span));
        }

        var late = await slow.TakeWhile(m => Encoding.UTF8.GetString(m.Span) != "24").ToListAsync(Ct);
        Assert.True(RedisSubscription.IsGap(late[0]));
        Assert.DoesNotContain(late.Skip(1), RedisSubscription.IsGap);
        Assert.True(late.Count <= 11);
    }

    [Fact]
    public async Task A_channel_that_was_left_is_left()
    {
        await using var redis = new RedisClient(await shared.DatabaseAsync(Ct));
        var name = Guid.NewGuid().ToString();
        for (var i = 0; i < 50; i++)
        {
            await using var subscription = await redis.SubscribeAsync(name, Ct);
            Assert.Equal(1, (await redis.CallAsync(new("PUBLISH", name, i), Ct)).AsLong());
        }

        await UntilAsync(async () => (await redis.CallAsync(new("PUBSUB", "NUMSUB", name), Ct))[1].AsLong() == 0);
    }

    [Fact]
    public async Task Who_vouches_for_the_certificate_decides_over_tls()
    {
        using var ca = TestCertificates.NewAuthority();
        await using var server = await RedisProcess.StartAsync(
            tcp: true,
            settings: "port 0\ntls-port {port}\ntls-cert-file {dir}/cert.pem\ntls-key-file {dir}/key.pem\ntls-ca-cert-file {dir}/ca.pem\ntls-auth-clients no",
            prepare: directory => TestCertificates.WriteAsync(ca, directory));
        var url = RedisUrl.Parse("REDIS_URL", $"rediss://127.0.0.1:{server.Port}");

        var settings = new Settings(new Dictionary<string, string> { ["REDIS_CA_FILE"] = Path.Combine(server.Directory, "ca.pem") });
        await using var trusting = new RedisClient(url, new() { Authorities = RedisAuthorities.Of(settings) });
        await trusting.CallAsync(new("SET", "large", new string('x', 1_000_000)), Ct);
        Assert.Equal(1_000_000, (await trusting.CallAsync(new("GET", "large"), Ct)).AsBytes().Length);
        await using var subscription = await trusting.SubscribeAsync("news", Ct);
        Assert.Equal(1, (await trusting.CallAsync(new("PUBLISH", "news", "x"), Ct)).AsLong());

        await using var doubting = new RedisClient(url);
        Assert.Contains("TLS failed", (await Assert.ThrowsAsync<RedisUnavailableException>(async () => await doubting.CallAsync(Ping, Ct))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "REDIS_CA_FILE cannot be read: ")]
    [InlineData("", "REDIS_CA_FILE holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n", "REDIS_CA_FILE cannot be read: ")]
    public async Task A_file_that_vouches_for_nobody_is_named(string? content, string sentence)
    {
        var path = Path.Combine(Path.GetTempPath(), $"outpost-ca-{Guid.NewGuid():n}.pem");
        if (content is not null) await File.WriteAllTextAsync(path, content, Ct);

        var refused = Assert.Throws<SettingsException>(() => RedisAuthorities.Of(new(new Dictionary<string, string> { ["REDIS_CA_FILE"] = path })));

        Assert.StartsWith(sentence, refused.Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Null(RedisAuthorities.Of(new(new Dictionary<string, string>())));
    }

    [Fact]
    public async Task A_client_that_is_closed_leaves_nobody_waiting()
    {
        await using var server = await RedisProcess.StartAsync();
        var redis = new RedisClient(server.Url);
        await redis.CallAsync(Ping, Ct);
        await using var subscription = await redis.SubscribeAsync("news", Ct);
        await server.PauseAsync();
        var call = redis.CallAsync(Ping, Ct).AsTask();

        await redis.DisposeAsync();

        await Assert.ThrowsAsync<RedisUnavailableException>(() => call);
        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await redis.CallAsync(Ping, Ct));
        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await redis.SubscribeAsync("news", Ct));
        Assert.Empty(await subscription.ToListAsync(Ct));
    }

    private static async Task SucceedsAsync(RedisClient redis) => await UntilAsync(async () =>
    {
        try
        {
            await redis.CallAsync(Ping, Ct);
            return true;
        }
        catch (RedisUnavailableException)
        {
            return false;
        }
    });

    private static async Task FailsAsync(RedisClient redis) => await UntilAsync(async () =>
    {
        try
        {
            await redis.CallAsync(Ping, Ct);
            return false;
        }
        catch (RedisUnavailableException failure)
        {
            return failure.Message.Contains("cannot be reached", StringComparison.Ordinal) && failure.InnerException is not null;
        }
    });

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
