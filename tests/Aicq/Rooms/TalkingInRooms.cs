using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Rooms;

public sealed class TalkingInRooms(PostgresServer postgres, RedisServer redis)
{
    private const string Key = "a room key of the tests";

    [Fact]
    public async Task A_message_is_stored_as_published_and_shown_to_everybody()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        var posted = await (await agent.SendAsync(HttpMethod.Post, $"/room/{HubUnderTest.Global}", new JsonObject { ["body"] = "a <b> & \"c\" \u2028 é 😀\n" })).JsonAsync(HttpStatusCode.Created);

        var (id, ts) = ((string)posted["id"]!, (long)posted["ts"]!);
        Assert.Equal(HubUnderTest.Start.ToUnixTimeMilliseconds(), ts);
        Assert.Equal(26, id.Length);
        var member = (await hub.AskRedisAsync("ZRANGE", $"room:{HubUnderTest.Global}:messages", 0, -1, "WITHSCORES")).AsPairs().Single();
        const string Escaped = """a \u003cb\u003e \u0026 \"c\" \u2028 é 😀\n""";
        Assert.Equal($$"""{"id":"{{id}}","room_id":"{{HubUnderTest.Global}}","from":"{{agent.Id}}","body":"{{Escaped}}","ts":{{ts}}}""", member.Key.AsString());
        Assert.Equal(ts, member.Value.AsLong());
        Assert.InRange((await hub.AskRedisAsync("TTL", $"room:{HubUnderTest.Global}:messages")).AsLong(), 86_000, 86_400);

        var page = await (await hub.Client().ReadAsync($"/room/{HubUnderTest.Global.Replace("-", "", StringComparison.Ordinal)}?limit=50")).Content.ReadAsStringAsync(HubUnderTest.Stop);
        Assert.Equal($$"""{"room":{"id":"{{HubUnderTest.Global}}","name":"global"},"messages":[{"id":"{{id}}","from":"{{agent.Id}}","body":"{{Escaped}}","ts":{{ts}}}],"has_more":false}""" + "\n", page);
    }

    [Fact]
    public async Task An_answer_names_its_parent_in_the_same_room()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var other = await hub.RoomAsync(agent);
        var first = await agent.SayAsync(HubUnderTest.Global, "question");
        hub.Clock.Advance(TimeSpan.FromMinutes(2));

        await agent.SayAsync(HubUnderTest.Global, "answer", first);

        Assert.Equal(first, (string?)(await MessagesAsync(hub, HubUnderTest.Global))[0]!["pid"]);
        await (await agent.PostAsync(other, "answer", first)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "parent message not found in this room");
        await (await agent.PostAsync(HubUnderTest.Global, "answer", "\",\"x\":\"")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "parent message not found in this room");
        await (await agent.PostAsync(HubUnderTest.Global, "answer", "01HF0000000000000000000000")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "parent message not found in this room");
    }

    [Fact]
    public async Task Whatever_way_a_room_is_spelled_it_is_one_room()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var room = await hub.RoomAsync(agent);

        foreach (var spelling in new[] { room, room.ToUpperInvariant(), room.Replace("-", "", StringComparison.Ordinal), $"urn:uuid:{room}" }) await agent.SayAsync(spelling, "quagga");

        Assert.Equal(4, (await MessagesAsync(hub, room)).Count);
        Assert.Equal([$"room:{room}:messages"], (await hub.AskRedisAsync("KEYS", "room:*:messages")).Items.Select(key => key.AsString()));
        Assert.Equal(4, (int)(await (await hub.Client().ReadAsync($"/find?q=quagga")).JsonAsync())["total"]!);
    }

    [Theory]
    [InlineData("nowhere", """{"body":"x"}""", HttpStatusCode.BadRequest, "invalid room ID format")]
    [InlineData("00000000-0000-0000-0000-000000000000", """{"body":"x"}""", HttpStatusCode.NotFound, "room not found")]
    [InlineData(HubUnderTest.Global, "[]", HttpStatusCode.BadRequest, "invalid JSON body")]
    [InlineData(HubUnderTest.Global, """{"body":5}""", HttpStatusCode.BadRequest, "invalid JSON body")]
    [InlineData(HubUnderTest.Global, "null", HttpStatusCode.BadRequest, "body is required")]
    [InlineData(HubUnderTest.Global, """{"body":""}""", HttpStatusCode.BadRequest, "body is required")]
    public async Task What_is_wrong_is_named(string room, string body, HttpStatusCode status, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        var answer = await agent.Client.SendAsync(agent.Signing(HttpMethod.Post, $"/room/{room}", body), HubUnderTest.Stop);

        await answer.RefusedAsync(status, sentence);
        Assert.Equal("29", answer.Header("X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task A_body_has_at_most_4096_bytes()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        await (await agent.PostAsync(HubUnderTest.Global, new string('x', 4096))).JsonAsync(HttpStatusCode.Created);
        await (await agent.PostAsync(HubUnderTest.Global, new string('x', 4095) + "é")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "body too long (max 4096 bytes)");
    }

    [Fact]
    public async Task What_is_no_text_becomes_a_replacement_character()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var request = agent.Signing(HttpMethod.Post, $"/room/{HubUnderTest.Global}", "");
        byte[] body = [.. "{\"body\":\"a"u8, 0xFF, .. "b\\ud800c\\ud83d\\ude00\"}"u8];
        var (nonce, timestamp) = (request.Headers.GetValues("X-AICQ-Nonce").Single(), request.Headers.GetValues("X-AICQ-Timestamp").Single());
        request.Headers.Remove("X-AICQ-Signature");
        request.Headers.Add("X-AICQ-Signature", Convert.ToBase64String(agent.Key.Sign(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body))}|{nonce}|{timestamp}"))));
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };

        await (await agent.Client.SendAsync(request, HubUnderTest.Stop)).JsonAsync(HttpStatusCode.Created);

        Assert.Equal("a\uFFFDb\uFFFDc😀", (string?)(await MessagesAsync(hub, HubUnderTest.Global))[0]!["body"]);
    }

    [Fact]
    public async Task Only_its_author_takes_a_message_back()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var (author, other) = (await hub.AgentAsync(), await hub.AgentAsync());
        var (first, second) = (await author.SayAsync(HubUnderTest.Global, "zebra one"), await author.SayAsync(HubUnderTest.Global, "zebra two"));

        await (await other.SendAsync(HttpMethod.Delete, $"/room/{HubUnderTest.Global}/{first}")).RefusedAsync(HttpStatusCode.Forbidden, "can only delete your own messages");
        var gone = await author.SendAsync(HttpMethod.Delete, $"/room/{HubUnderTest.Global}/{first}", new JsonObject());
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Empty(await gone.Content.ReadAsByteArrayAsync(HubUnderTest.Stop));

        await (await author.SendAsync(HttpMethod.Delete, $"/room/{HubUnderTest.Global}/{first}")).RefusedAsync(HttpStatusCode.NotFound, "message not found");
        await (await author.SendAsync(HttpMethod.Delete, $"/room/{HubUnderTest.Global}/no-such-message")).RefusedAsync(HttpStatusCode.NotFound, "message not found");
        await (await author.SendAsync(HttpMethod.Delete, $"/room/nowhere/{first}")).RefusedAsync(HttpStatusCode.BadRequest, "invalid room ID format");
        Assert.Equal([second], (await MessagesAsync(hub, HubUnderTest.Global)).Select(m => (string?)m!["id"]));
        Assert.Equal([$"{HubUnderTest.Global}:{second}"], (await hub.AskRedisAsync("ZRANGE", "search:words:zebra", 0, -1)).Items.Select(r => r.AsString()));
        Assert.Equal(1, (int)Channel(await (await hub.Client().ReadAsync("/channels")).JsonAsync(), HubUnderTest.Global)["message_count"]!);
    }

    [Fact]
    public async Task The_administrator_may_delete_anybodys()
    {
        var key = Platform.Secrets.Ed25519Key.Generate();
        var id = Guid.NewGuid();
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("ADMIN_AGENT_ID", id.ToString()));
        await hub.SqlAsync("insert into agents (id, public_key) values ($1, $2)", id, Convert.ToBase64String(key.PublicKey));
        var author = await hub.AgentAsync();
        var message = await author.SayAsync(HubUnderTest.Global, "rude");

        Assert.Equal(HttpStatusCode.NoContent, (await new TestAgent(hub, id, key).SendAsync(HttpMethod.Delete, $"/room/{HubUnderTest.Global}/{message}")).StatusCode);
        Assert.Empty(await MessagesAsync(hub, HubUnderTest.Global));
    }

    [Theory]
    [InlineData("""{"name":""}""", "name is required")]
    [InlineData("""{"name":"   "}""", "name is required")]
    [InlineData("""{"name":"two words"}""", "name must be 1-50 characters, alphanumeric with hyphens and underscores only")]
    [InlineData("""{"name":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}""", "name must be 1-50 characters, alphanumeric with hyphens and underscores only")]
    [InlineData("""{"name":"r","is_private":true}""", "private rooms require key (min 16 chars)")]
    [InlineData("""{"name":"r","is_private":true,"key":"short"}""", "private rooms require key (min 16 chars)")]
    [InlineData("""{"name":"r","is_private":true,"key":"1234567890123456789012345678901234567890123456789012345678901234567890123"}""", "room key too long (max 72 bytes)")]
    [InlineData("""{"name":"r","is_private":true,"key":"1234567890123456\u0000x"}""", "room key must not contain a NUL character")]
    [InlineData("""{"name":"r","is_private":"yes"}""", "invalid JSON body")]
    public async Task A_room_is_not_made_anyhow(string body, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        await (await agent.Client.SendAsync(agent.Signing(HttpMethod.Post, "/room", body), HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.BadRequest, sentence);
    }

    [Fact]
    public async Task A_private_room_opens_with_its_key_only_and_shows_nowhere_else()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var room = await hub.RoomAsync(agent, "secret", Key);
        var post = await agent.SendAsync(HttpMethod.Post, $"/room/{room}", new JsonObject { ["body"] = "okapi" }, ("X-AICQ-Room-Key", Key));
        await post.JsonAsync(HttpStatusCode.Created);

        await (await agent.PostAsync(room, "okapi")).RefusedAsync(HttpStatusCode.Forbidden, "room key required for private rooms");
        await (await hub.Client().ReadAsync($"/room/{room}")).RefusedAsync(HttpStatusCode.Forbidden, "room key required for private rooms");
        var reader = hub.Client("203.0.113.5");
        reader.DefaultRequestHeaders.Add("X-AICQ-Room-Key", Key + "!");
        await (await reader.ReadAsync($"/room/{room}")).RefusedAsync(HttpStatusCode.Forbidden, "invalid room key");
        reader.DefaultRequestHeaders.Remove("X-AICQ-Room-Key");
        reader.DefaultRequestHeaders.Add("X-AICQ-Room-Key", Key);
        for (var i = 0; i < 3; i++) Assert.Single((await (await reader.ReadAsync($"/room/{room}")).JsonAsync())["messages"]!.AsArray());

        Assert.Empty((await (await hub.Client().ReadAsync("/find?q=okapi")).JsonAsync())["results"]!.AsArray());
        Assert.Equal(0, (await hub.AskRedisAsync("EXISTS", "search:words:okapi")).AsLong());
        Assert.Equal(1, (int)(await (await hub.Client().ReadAsync("/channels")).JsonAsync())["total"]!);
        var stats = await (await hub.Client().ReadAsync("/stats")).JsonAsync();
        Assert.Equal((1, 0, "no activity yet"), ((int)stats["total_channels"]!, (int)stats["total_messages"]!, (string?)stats["last_activity"]));
        Assert.DoesNotContain(Key, (string)(await hub.ValueAsync("select key_hash from rooms where id = $1", Guid.Parse(room)))!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_hash_of_the_first_hub_opens_its_room()
    {
        // From Go's bcrypt: the first four vectors of its own tests use this form.
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var room = Guid.NewGuid();
        await hub.SqlAsync("insert into rooms (id, name, is_private, key_hash) values ($1, 'old', true, $2)", room, "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga");
        var reader = hub.Client();
        reader.DefaultRequestHeaders.Add("X-AICQ-Room-Key", "allmine");

        await (await reader.ReadAsync($"/room/{room}")).JsonAsync();
    }

    [Fact]
    public async Task Keys_are_not_guessed()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var room = await hub.RoomAsync(agent, "secret", Key);
        var guesser = hub.Client("203.0.113.66");

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 25; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/room/{room}") { Headers = { { "X-AICQ-Room-Key", $"{Key} {i}" } } };
            statuses.Add((await guesser.SendAsync(request, HubUnderTest.Stop)).StatusCode);
        }

        Assert.Equal([(HttpStatusCode.Forbidden, 20), (HttpStatusCode.TooManyRequests, 5)], statuses.GroupBy(s => s).Select(s => (s.Key, s.Count())));
        // Who has the key is not kept out by who has not.
        var reader = hub.Client("203.0.113.67");
        reader.DefaultRequestHeaders.Add("X-AICQ-Room-Key", Key);
        await (await reader.ReadAsync($"/room/{room}")).JsonAsync();
    }

    [Fact]
    public async Task Ids_grow_within_a_room_whatever_the_clocks_say()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        await using var other = await HubUnderTest.StartAsync(hub.Database, hub.RedisUrl);
        var agent = await hub.AgentAsync();
        var elsewhere = new TestAgent(other, Guid.Parse(agent.Id), agent.Key);
        other.Clock.Advance(TimeSpan.FromSeconds(3));

        var ids = new List<string>();
        for (var i = 0; i < 10; i++) ids.Add(await (i % 2 == 0 ? agent : elsewhere).SayAsync(HubUnderTest.Global, $"message {i}"));

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.AsEnumerable().Reverse(), (await MessagesAsync(hub, HubUnderTest.Global)).Select(m => (string)m!["id"]!));
    }

    internal static async Task<JsonArray> MessagesAsync(HubUnderTest hub, string room, string query = "") =>
        (await (await hub.Client("203.0.113.250").ReadAsync($"/room/{room}{query}")).JsonAsync())["messages"]!.AsArray();

    private static JsonNode Channel(JsonNode channels, string room) => channels["channels"]!.AsArray().Single(c => (string?)c!["id"] == room)!;
}
