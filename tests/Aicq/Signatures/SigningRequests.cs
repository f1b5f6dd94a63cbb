using System.Net;
using System.Text;
using Outpost.Aicq.Signatures;
using Outpost.Platform.Secrets;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Signatures;

public sealed class SigningRequests(PostgresServer postgres, RedisServer redis)
{
    private const string Body = """{"body":"hello"}""";

    [Theory]
    [InlineData("""{"body":"hello from the vector"}""", "ofEK5kDOr1L3Rb7WvN6tds1HiOj+aDVBP/q4WwP3NDFhl7unwB2qI/OiAv/LF7FrG4dPAEThF6u9I2lQdXU/Bg==")]
    [InlineData("", "gUD2EOEAASLeJvxMDzIh+AShdg+D5JOZDGZxmF1KFG+unk9ojPAtFNQsyoFQ6L1+Bb5X5k1TEPbq5WkfEf0AAg==")]
    [InlineData("{}", "gUD2EOEAASLeJvxMDzIh+AShdg+D5JOZDGZxmF1KFG+unk9ojPAtFNQsyoFQ6L1+Bb5X5k1TEPbq5WkfEf0AAg==")]
    public void The_published_vectors_hold(string body, string signature)
    {
        using var key = new Ed25519Key([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        Assert.Equal("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", Convert.ToBase64String(key.PublicKey));

        var text = SignedText.First(Encoding.UTF8.GetBytes(body), "000102030405060708090a0b", 1_700_000_000_000);

        Assert.True(Ed25519.Verify(key.PublicKey, text, Convert.FromBase64String(signature)));
    }

    [Fact]
    public async Task Of_sixteen_copies_at_once_one_is_taken_however_its_agent_is_spelled()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var nonce = TestAgent.NewNonce();
        string[] spellings = [agent.Id, agent.Id.ToUpperInvariant(), agent.Id.Replace("-", "", StringComparison.Ordinal), $"urn:uuid:{agent.Id}", $"{{{agent.Id}}}", $"[{agent.Id}]"];
        var clients = Enumerable.Range(0, 16).Select(i => hub.Client($"203.0.113.{i}")).ToArray();

        var answers = await Task.WhenAll(clients.Select((client, i) =>
            client.SendAsync(agent.Signing(HttpMethod.Post, $"/room/{HubUnderTest.Global}", Body, nonce, agent: spellings[i % spellings.Length]), HubUnderTest.Stop)));

        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        foreach (var answer in answers.Where(a => a.StatusCode != HttpStatusCode.Created)) await answer.RefusedAsync(HttpStatusCode.Unauthorized, "nonce already used");
        Assert.Equal(1, (await hub.AskRedisAsync("ZCARD", $"room:{HubUnderTest.Global}:messages")).AsLong());
        var ttl = (await hub.AskRedisAsync("PTTL", $"nonce:{agent.Id}:{nonce}")).AsLong();
        Assert.InRange(ttl, 120_000, 180_000);
    }

    [Theory]
    [InlineData("X-AICQ-Agent", null, "missing auth headers")]
    [InlineData("X-AICQ-Nonce", null, "missing auth headers")]
    [InlineData("X-AICQ-Timestamp", null, "missing auth headers")]
    [InlineData("X-AICQ-Signature", null, "missing auth headers")]
    [InlineData("X-AICQ-Timestamp", "soon", "invalid timestamp format")]
    [InlineData("X-AICQ-Timestamp", "99999999999999999999", "invalid timestamp format")]
    [InlineData("X-AICQ-Nonce", "too-short", "nonce must be at least 24 characters")]
    [InlineData("X-AICQ-Agent", "nobody", "invalid agent ID format")]
    [InlineData("X-AICQ-Agent", "00000000-0000-0000-0000-0000000000aa", "agent not found")]
    [InlineData("X-AICQ-Signature", "bm8=", "invalid signature")]
    [InlineData("X-AICQ-Signature", "!!", "invalid signature")]
    public async Task A_header_that_is_wrong_is_named(string header, string? value, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var request = agent.Signing(HttpMethod.Post, $"/room/{HubUnderTest.Global}", Body);
        request.Headers.Remove(header);
        if (value is not null) request.Headers.Add(header, value);

        var answer = await hub.Client().SendAsync(request, HubUnderTest.Stop);

        await answer.RefusedAsync(HttpStatusCode.Unauthorized, sentence);
        Assert.NotNull(answer.Header("X-RateLimit-Limit"));
        Assert.Equal(0, (await hub.AskRedisAsync("EXISTS", $"room:{HubUnderTest.Global}:messages")).AsLong());
    }

    [Fact]
    public async Task A_nonce_of_endless_length_gets_nowhere_near_Redis()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        var answer = await agent.Client.SendAsync(agent.Signing(HttpMethod.Post, $"/room/{HubUnderTest.Global}", Body, new string('n', 4000)), HubUnderTest.Stop);

        await answer.RefusedAsync(HttpStatusCode.Unauthorized, "nonce must be at most 128 characters");
        Assert.Empty((await hub.AskRedisAsync("KEYS", "nonce:*")).Items);
    }

    [Theory]
    [InlineData(-30_001, false)]
    [InlineData(-30_000, false)]
    [InlineData(-29_999, true)]
    [InlineData(0, true)]
    [InlineData(5_000, true)]
    [InlineData(5_001, false)]
    public async Task It_holds_for_half_a_minute_and_bears_a_clock_that_is_a_little_ahead(int offset, bool taken)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        var answer = await agent.Client.SendAsync(agent.Signing(HttpMethod.Post, $"/room/{HubUnderTest.Global}", Body, timestamp: HubUnderTest.Start.ToUnixTimeMilliseconds() + offset), HubUnderTest.Stop);

        if (taken) await answer.JsonAsync(HttpStatusCode.Created);
        else await answer.RefusedAsync(HttpStatusCode.Unauthorized, "timestamp expired or too far in future");
    }

    [Fact]
    public async Task A_body_that_was_changed_on_the_way_is_refused()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var request = agent.Signing(HttpMethod.Post, $"/room/{HubUnderTest.Global}", Body);
        request.Content = new StringContent("""{"body":"hullo"}""", Encoding.UTF8, "application/json");

        await (await agent.Client.SendAsync(request, HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.Unauthorized, "invalid signature");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public async Task A_GET_may_bring_a_body_which_is_signed_too(string body)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        var answer = await agent.Client.SendAsync(agent.Signing(HttpMethod.Get, "/dm?limit=5", body), HubUnderTest.Stop);

        Assert.Equal("{\"messages\":[]}\n", await answer.Content.ReadAsStringAsync(HubUnderTest.Stop));
    }

    [Fact]
    public async Task The_second_signature_holds_for_one_method_and_one_path()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var room = await hub.RoomAsync(agent);

        await (await agent.Client.SendAsync(Second(agent, $"/room/{room}", $"/room/{room}"), HubUnderTest.Stop)).JsonAsync(HttpStatusCode.Created);
        await (await agent.Client.SendAsync(Second(agent, $"/room/{HubUnderTest.Global}", $"/room/{room}"), HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.Unauthorized, "invalid signature");
        await (await agent.Client.SendAsync(Second(agent, $"/room/{room}?x=1", $"/room/{room}"), HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.Unauthorized, "invalid signature");
    }

    [Fact]
    public async Task Whoever_guesses_too_often_is_not_listened_to_for_a_while()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var client = hub.Client("203.0.113.77");
        for (var i = 0; i < 60; i++) await (await client.SendAsync(Wrong(agent), HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.Unauthorized, "invalid signature");

        var refused = await client.SendAsync(Wrong(agent), HubUnderTest.Stop);
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "rate limit exceeded");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.SendAsync(agent.Signing(HttpMethod.Get, "/dm", ""), HubUnderTest.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await agent.Client.SendAsync(agent.Signing(HttpMethod.Get, "/dm", ""), HubUnderTest.Stop)).StatusCode);

        hub.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(agent.Signing(HttpMethod.Get, "/dm", ""), HubUnderTest.Stop)).StatusCode);
    }

    private static HttpRequestMessage Wrong(TestAgent agent)
    {
        var request = agent.Signing(HttpMethod.Get, "/dm", "");
        request.Headers.Remove("X-AICQ-Signature");
        request.Headers.Add("X-AICQ-Signature", Convert.ToBase64String(new byte[64]));
        return request;
    }

    private static HttpRequestMessage Second(TestAgent agent, string sentTo, string signedFor)
    {
        var request = agent.Signing(HttpMethod.Post, sentTo, Body);
        var (nonce, timestamp) = (request.Headers.GetValues("X-AICQ-Nonce").Single(), request.Headers.GetValues("X-AICQ-Timestamp").Single());
        request.Headers.Remove("X-AICQ-Signature");
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Body)));
        request.Headers.Add("X-AICQ-Signature-V2", Convert.ToBase64String(agent.Key.Sign(Encoding.UTF8.GetBytes($"aicq-v2\nPOST\n{signedFor}\n{agent.Id}\n{hash}\n{nonce}\n{timestamp}"))));
        return request;
    }
}
