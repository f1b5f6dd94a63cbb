using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Limits;

public sealed class GoingOverALimit(PostgresServer postgres, RedisServer redis)
{
    [Fact]
    public async Task Each_rule_counts_by_itself()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var client = hub.Client();
        for (var i = 0; i < 60; i++) Assert.Equal((59 - i).ToString(System.Globalization.CultureInfo.InvariantCulture), (await client.ReadAsync("/channels")).Header("X-RateLimit-Remaining"));

        await (await client.ReadAsync("/channels")).RefusedAsync(HttpStatusCode.TooManyRequests, "rate limit exceeded");
        Assert.Equal("29", (await client.ReadAsync("/find?q=x")).Header("X-RateLimit-Remaining"));
        Assert.Equal("119", (await client.ReadAsync($"/room/{HubUnderTest.Global}")).Header("X-RateLimit-Remaining"));
        Assert.Equal("59", (await hub.Client("203.0.113.2").ReadAsync("/channels")).Header("X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task Posting_falls_under_its_own_rule_and_no_other()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AUTO_BLOCK_ENABLED", "false"));
        var agent = await hub.AgentAsync();

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 40; i++) answers.Add(await agent.PostAsync(HubUnderTest.Global, "x"));

        Assert.Equal([(HttpStatusCode.Created, 30), (HttpStatusCode.TooManyRequests, 10)], answers.GroupBy(a => a.StatusCode).Select(g => (g.Key, g.Count())));
        Assert.All(answers, a => Assert.Equal("30", a.Header("X-RateLimit-Limit")));
        await (await agent.SendAsync(HttpMethod.Post, "/room", new JsonObject { ["name"] = "r" })).JsonAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_times_it_tells_are_true()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var client = hub.Client();
        await client.ReadAsync("/find?q=x");
        hub.Clock.Advance(TimeSpan.FromSeconds(20));
        for (var i = 1; i < 30; i++) await client.ReadAsync("/find?q=x");

        var refused = await client.ReadAsync("/find?q=x");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("40", refused.Header("Retry-After"));
        Assert.Equal((HubUnderTest.Start.ToUnixTimeSeconds() + 60).ToString(System.Globalization.CultureInfo.InvariantCulture), refused.Header("X-RateLimit-Reset"));
        hub.Clock.Advance(TimeSpan.FromSeconds(39.999));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.ReadAsync("/find?q=x")).StatusCode);
        hub.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("/find?q=x")).StatusCode);
        // Exactly one place has become free.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.ReadAsync("/find?q=x")).StatusCode);
    }

    [Fact]
    public async Task Two_instances_at_once_let_in_no_more_than_one()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AUTO_BLOCK_ENABLED", "false"));
        await using var other = await HubUnderTest.StartAsync(hub.Database, hub.RedisUrl, ("AUTO_BLOCK_ENABLED", "false"));
        HttpClient[] clients = [hub.Client(), other.Client()];

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => clients[i % 2].ReadAsync("/find?q=x")));

        Assert.Equal(30, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Equal(30, (await hub.AskRedisAsync("ZCARD", "ratelimit:ip:203.0.113.1:find")).AsLong());
        Assert.InRange((await hub.AskRedisAsync("TTL", "ratelimit:ip:203.0.113.1:find")).AsLong(), 60, 120);
    }

    [Fact]
    public async Task Nobody_uses_up_what_is_another_agents()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var (victim, thief) = (await hub.AgentAsync(), await hub.AgentAsync());
        for (var i = 0; i < 40; i++)
        {
            var forged = thief.Signing(HttpMethod.Get, "/dm", "");
            forged.Headers.Remove("X-AICQ-Agent");
            forged.Headers.Add("X-AICQ-Agent", victim.Id);
            Assert.Equal(HttpStatusCode.Unauthorized, (await thief.Client.SendAsync(forged, HubUnderTest.Stop)).StatusCode);
        }

        Assert.Equal("59", (await victim.SendAsync(HttpMethod.Get, "/dm")).Header("X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task A_header_that_anyone_can_write_makes_nobody_else_of_them()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("TRUSTED_PROXIES", "192.0.2.1"));
        for (var i = 0; i < 30; i++)
        {
            var client = hub.Client($"203.0.113.{i}");
            client.DefaultRequestHeaders.Add("Fly-Client-IP", $"203.0.113.{i}");
            client.DefaultRequestHeaders.Add("X-Real-IP", $"203.0.113.{i}");
            Assert.Equal((29 - i).ToString(System.Globalization.CultureInfo.InvariantCulture), (await client.ReadAsync("/find?q=x")).Header("X-RateLimit-Remaining"));
        }
    }

    [Fact]
    public async Task A_whole_network_of_IPv6_is_one_caller()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        for (var i = 0; i < 5; i++) Assert.Equal($"{29 - i}", (await hub.Client($"2001:db8:1:2:{i}::{i}").ReadAsync("/find?q=x")).Header("X-RateLimit-Remaining"));
        Assert.Equal("29", (await hub.Client("2001:db8:1:3::1").ReadAsync("/find?q=x")).Header("X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task Ten_refusals_block_an_address_everywhere_until_an_operator_lets_it_in()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var client = hub.Client();
        for (var i = 0; i < 30; i++) await client.ReadAsync("/find?q=x");
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.TooManyRequests, (await client.ReadAsync("/find?q=x")).StatusCode);

        foreach (var path in new[] { "/find?q=x", "/", "/health", "/stats", "/api", "/docs", "/static/js/live.js", "/channels" })
            await (await client.ReadAsync(path)).RefusedAsync(HttpStatusCode.Forbidden, "temporarily blocked");
        Assert.Equal("repeated rate limit violations", (await hub.AskRedisAsync("GET", "blocked:ip:203.0.113.1")).AsString());
        Assert.InRange((await hub.AskRedisAsync("TTL", "blocked:ip:203.0.113.1")).AsLong(), 86_300, 86_400);
        Assert.Equal(HttpStatusCode.OK, (await hub.Client("203.0.113.2").ReadAsync("/")).StatusCode);

        await hub.AskRedisAsync("DEL", "blocked:ip:203.0.113.1");
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("/channels")).StatusCode);
    }

    [Fact]
    public async Task Nobody_is_blocked_where_the_operator_does_not_want_it()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AUTO_BLOCK_ENABLED", "false"));
        var client = hub.Client();
        for (var i = 0; i < 60; i++) await client.ReadAsync("/find?q=x");

        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.ReadAsync("/find?q=x")).StatusCode);
        Assert.Equal(0, (await hub.AskRedisAsync("EXISTS", "blocked:ip:203.0.113.1", "violations:ip:203.0.113.1")).AsLong());
    }

    [Fact]
    public async Task Who_is_on_the_whitelist_is_not_limited_at_all()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("RATE_LIMIT_WHITELIST", "198.51.100.7, 203.0.113.0/24, nonsense/99"));
        var client = hub.Client();
        for (var i = 0; i < 40; i++)
        {
            var answer = await client.ReadAsync("/find?q=x");
            Assert.Equal((HttpStatusCode.OK, null), (answer.StatusCode, answer.Header("X-RateLimit-Limit")));
        }

        Assert.Empty((await hub.AskRedisAsync("KEYS", "ratelimit:*")).Items);
    }

    [Fact]
    public async Task One_address_asks_for_no_more_than_the_ceiling_whatever_it_asks_for()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AICQ_REQUESTS_PER_MINUTE", "20"), ("AUTO_BLOCK_ENABLED", "false"));
        var client = hub.Client();

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 12; i++) answers.AddRange((await client.ReadAsync("/find?q=x")).StatusCode, (await client.ReadAsync("/channels")).StatusCode);

        Assert.Equal(20, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(4, answers.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task An_agent_says_no_more_than_32768_bytes_in_a_minute_even_all_at_once()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => agent.PostAsync(HubUnderTest.Global, new string('x', 4096))));

        Assert.Equal(8, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "message byte rate limit exceeded (32KB/min)");
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal("32768", (await hub.AskRedisAsync("GET", $"msgbytes:{agent.Id}")).AsString());
    }
}
