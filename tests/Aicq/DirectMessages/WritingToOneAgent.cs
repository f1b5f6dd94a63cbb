using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.DirectMessages;

public sealed class WritingToOneAgent(PostgresServer postgres, RedisServer redis)
{
    [Fact]
    public async Task A_message_waits_as_published_until_it_is_acknowledged()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var (ada, bob) = (await hub.AgentAsync(), await hub.AgentAsync());

        var left = await (await SendAsync(ada, bob.Id.ToUpperInvariant(), "c2VhbGVk")).JsonAsync(HttpStatusCode.Created);

        var (id, ts) = ((string)left["id"]!, (long)left["ts"]!);
        Assert.Equal($$"""{"id":"{{id}}","from":"{{ada.Id}}","to":"{{bob.Id}}","body":"c2VhbGVk","ts":{{ts}}}""", (await hub.AskRedisAsync("ZRANGE", $"dm:{bob.Id}:inbox", 0, -1))[0].AsString());
        Assert.InRange((await hub.AskRedisAsync("TTL", $"dm:{bob.Id}:inbox")).AsLong(), 604_700, 604_800);
        for (var i = 0; i < 2; i++)
            Assert.Equal($$"""{"messages":[{"id":"{{id}}","from":"{{ada.Id}}","body":"c2VhbGVk","ts":{{ts}}}]}""" + "\n", await (await bob.SendAsync(HttpMethod.Get, "/dm")).Content.ReadAsStringAsync(HubUnderTest.Stop));
        Assert.Empty((await (await ada.SendAsync(HttpMethod.Get, "/dm")).JsonAsync())["messages"]!.AsArray());

        await (await ada.SendAsync(HttpMethod.Delete, $"/dm/{id}")).RefusedAsync(HttpStatusCode.NotFound, "message not found");
        Assert.Equal(HttpStatusCode.NoContent, (await bob.SendAsync(HttpMethod.Delete, $"/dm/{id}")).StatusCode);
        await (await bob.SendAsync(HttpMethod.Delete, $"/dm/{id}")).RefusedAsync(HttpStatusCode.NotFound, "message not found");
        Assert.Equal(0, (await hub.AskRedisAsync("EXISTS", $"dm:{bob.Id}:inbox", $"dm:{bob.Id}:senders")).AsLong());
    }

    [Fact]
    public async Task One_pages_through_an_inbox_in_both_directions_and_acknowledges_the_read_part()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var (ada, bob) = (await hub.AgentAsync(), await hub.AgentAsync());
        // Most of them within one millisecond.
        for (var i = 0; i < 12; i++)
        {
            if (i == 10) hub.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await (await SendAsync(ada, bob.Id, $"{i}")).JsonAsync(HttpStatusCode.Created);
        }

        var backwards = await WalkAsync(bob, "/dm?limit=5", "cursor");
        Assert.Equal(Enumerable.Range(0, 12).Reverse().Select(i => $"{i}"), backwards.Select(m => (string)m["body"]!));
        var forwards = await WalkAsync(bob, "/dm?limit=5&since=1", "since");
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), forwards.OrderBy(m => (string)m["id"]!, StringComparer.Ordinal).Select(m => (string)m["body"]!));
        Assert.Equal(12, forwards.Select(m => (string)m["id"]!).Distinct().Count());

        Assert.Equal(HttpStatusCode.NoContent, (await bob.SendAsync(HttpMethod.Delete, $"/dm?through={backwards[4]["id"]}")).StatusCode);
        Assert.Equal(["11", "10", "9", "8"], (await (await bob.SendAsync(HttpMethod.Get, "/dm")).JsonAsync())["messages"]!.AsArray().Select(m => (string)m!["body"]!));
        Assert.Equal("4", (await hub.AskRedisAsync("HGET", $"dm:{bob.Id}:senders", ada.Id)).AsString());
        await (await bob.SendAsync(HttpMethod.Delete, "/dm?through=x")).RefusedAsync(HttpStatusCode.BadRequest, "query parameter 'through' must be a message id");
    }

    [Fact]
    public async Task Nobody_fills_somebody_elses_inbox()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AICQ_INBOX_MESSAGES_PER_SENDER", "3"), ("AICQ_INBOX_MESSAGES", "10"));
        var (ada, bob, eve) = (await hub.AgentAsync(), await hub.AgentAsync(), await hub.AgentAsync());
        for (var i = 0; i < 3; i++) await (await SendAsync(eve, bob.Id, "x")).JsonAsync(HttpStatusCode.Created);

        var refused = await SendAsync(eve, bob.Id, "x");
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "too many of your messages wait for this recipient");
        Assert.Equal("3600", refused.Header("Retry-After"));
        await (await SendAsync(ada, bob.Id, "hello")).JsonAsync(HttpStatusCode.Created);

        await hub.AskRedisAsync("HDEL", $"dm:{bob.Id}:senders", eve.Id);
        for (var i = 0; i < 6; i++) await SendAsync(i < 3 ? eve : await hub.AgentAsync(), bob.Id, "x");
        await (await SendAsync(await hub.AgentAsync(), bob.Id, "x")).RefusedAsync(HttpStatusCode.TooManyRequests, "recipient inbox is full");

        hub.Clock.Advance(TimeSpan.FromDays(7));
        await (await SendAsync(eve, bob.Id, "later")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(1, (await hub.AskRedisAsync("ZCARD", $"dm:{bob.Id}:inbox")).AsLong());
        Assert.Equal("1", (await hub.AskRedisAsync("HGET", $"dm:{bob.Id}:senders", eve.Id)).AsString());
    }

    [Theory]
    [InlineData("nobody", """{"body":"x"}""", HttpStatusCode.BadRequest, "invalid recipient ID format")]
    [InlineData("00000000-0000-0000-0000-0000000000aa", """{"body":"x"}""", HttpStatusCode.NotFound, "recipient not found")]
    [InlineData("self", "[]", HttpStatusCode.BadRequest, "invalid JSON body")]
    [InlineData("self", "{}", HttpStatusCode.BadRequest, "body is required")]
    public async Task What_is_wrong_is_named(string to, string body, HttpStatusCode status, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        await (await agent.Client.SendAsync(agent.Signing(HttpMethod.Post, $"/dm/{(to == "self" ? agent.Id : to)}", body), HubUnderTest.Stop)).RefusedAsync(status, sentence);
    }

    private static Task<HttpResponseMessage> SendAsync(TestAgent from, string to, string body) => from.SendAsync(HttpMethod.Post, $"/dm/{to}", new JsonObject { ["body"] = body });

    private static async Task<List<JsonNode>> WalkAsync(TestAgent agent, string first, string by)
    {
        var all = new List<JsonNode>();
        var page = await (await agent.SendAsync(HttpMethod.Get, by == "cursor" ? $"{first}&before=99999999999999" : first)).JsonAsync();
        all.AddRange(page["messages"]!.AsArray()!);
        while ((bool)page["has_more"]!)
        {
            var last = by == "cursor" ? all[^1] : page["messages"]![0]!;
            page = await (await agent.SendAsync(HttpMethod.Get, $"/dm?limit=5&{by}={last["ts"]}-{last["id"]}")).JsonAsync();
            Assert.NotNull(page["next"]);
            all.AddRange(page["messages"]!.AsArray()!);
        }

        return all;
    }
}
