using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Outpost.Aicq.Search;
using Outpost.Platform.Redis;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Search;

public sealed class FindingMessages(PostgresServer postgres, RedisServer redis)
{
    [Theory]
    [InlineData("Deploy finished: db-migration_42 OK", "deploy", true)]
    [InlineData("Deploy finished: db-migration_42 OK", "migration_42", true)]
    [InlineData("Deploy finished: db-migration_42 OK", "ok finished", true)]
    [InlineData("Deploy finished: db-migration_42 OK", "the deploy", true)]
    [InlineData("Deploy finished: db-migration_42 OK", "deploy failed", false)]
    [InlineData("Deploy finished: db-migration_42 OK", "deplo", false)]
    [InlineData("foo_bar", "foo_bar", true)]
    [InlineData("Größe überprüft", "ÜBERPRÜFT", true)]
    [InlineData("это сообщение", "сообщение", true)]
    [InlineData("数据库迁移完成", "迁移", true)]
    [InlineData("数据库迁移完成", "迁库", false)]
    [InlineData("wait... what//ever", "what//ever", true)]
    [InlineData("see https://example.com/x?onload=1", "onload=", true)]
    [InlineData("x", "!!", false)]
    public async Task What_is_said_is_found_by_its_words(string said, string query, bool found)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var id = await agent.SayAsync(HubUnderTest.Global, said);

        var answer = await (await hub.Client().ReadAsync($"/find?q={Uri.EscapeDataString(query)}")).JsonAsync();

        Assert.Equal(query, (string?)answer["query"]);
        Assert.Equal(found ? 1 : 0, (int)answer["total"]!);
        if (found) Assert.Equal((id, HubUnderTest.Global, "global", agent.Id, said, HubUnderTest.Start.ToUnixTimeMilliseconds()), Read(answer["results"]![0]!));
    }

    [Theory]
    [InlineData("/find", "query parameter 'q' is required")]
    [InlineData("/find?q=", "query parameter 'q' is required")]
    [InlineData("/find?q=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "query too long (max 100 chars)")]
    [InlineData("/find?q=x&room=nowhere", "invalid room ID format")]
    public async Task What_is_wrong_is_named(string path, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        await (await hub.Client().ReadAsync(path)).RefusedAsync(HttpStatusCode.BadRequest, sentence);
    }

    [Fact]
    public async Task The_newest_come_first_and_a_room_and_a_time_narrow_them()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var room = await hub.RoomAsync(agent);
        for (var i = 0; i < 12; i++)
        {
            await agent.SayAsync(i % 3 == 0 ? room : HubUnderTest.Global, $"heron {i}");
            hub.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(["11", "10", "9"], await FoundAsync(hub, "/find?q=heron&limit=3"));
        Assert.Equal(["9", "6"], await FoundAsync(hub, $"/find?q=heron&limit=2&room={room.ToUpperInvariant()}"));
        Assert.Equal(["11", "10"], await FoundAsync(hub, $"/find?q=heron&after={HubUnderTest.Start.ToUnixTimeMilliseconds() + 9}"));
        Assert.Equal(["9", "6", "3", "0"], await FoundAsync(hub, $"/find?q=heron&room={room}"));
    }

    [Fact]
    public async Task What_the_first_hub_indexed_of_private_rooms_is_not_shown()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var room = Guid.NewGuid().ToString();
        await hub.SqlAsync("insert into rooms (id, name, is_private, key_hash) values ($1, 'secret', true, 'x')", Guid.Parse(room));
        var ts = HubUnderTest.Start.ToUnixTimeMilliseconds();
        await hub.AskRedisAsync("ZADD", $"room:{room}:messages", ts, $$"""{"id":"01HF0000000000000000000000","room_id":"{{room}}","from":"{{room}}","body":"ibex","ts":{{ts}}}""");
        await hub.AskRedisAsync("ZADD", "search:words:ibex", ts, $"{room}:01HF0000000000000000000000");

        Assert.Empty(await FoundAsync(hub, "/find?q=ibex"));
    }

    [Fact]
    public async Task Two_common_words_that_never_meet_end_soon_and_two_that_meet_are_found()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var ts = HubUnderTest.Start.ToUnixTimeMilliseconds();
        var commands = new List<RedisCommand>();
        for (var i = 0; i < 3000; i++)
        {
            var (id, word) = (Rooms.Page(i), i % 2 == 0 ? "alder" : "birch");
            commands.Add(new("ZADD", $"room:{HubUnderTest.Global}:messages", ts - i, $$"""{"id":"{{id}}","room_id":"{{HubUnderTest.Global}}","from":"{{Guid.Empty}}","body":"{{(i == 2900 ? "alder birch" : word)}}","ts":{{ts - i}}}"""));
            commands.Add(new("ZADD", $"search:words:{word}", ts - i, $"{HubUnderTest.Global}:{id}"));
            if (i == 2900) commands.Add(new("ZADD", "search:words:birch", ts - i, $"{HubUnderTest.Global}:{id}"));
        }

        foreach (var reply in await hub.Redis.CallAsync(commands.ToArray(), HubUnderTest.Stop)) reply.OrThrow();

        Assert.Equal(["birch"], await FoundAsync(hub, "/find?q=alder+birch"));
    }

    [Fact]
    public void Whatever_is_asked_becomes_few_words_of_bounded_length() =>
        Prop.ForAll<string>(text =>
        {
            var (indexed, asked) = (Words.ToIndex(text ?? ""), Words.ToFind(text ?? ""));
            return asked.Count <= Words.MostPerQuestion && indexed.Count <= Words.MostPerMessage && indexed.Take(asked.Count).SequenceEqual(asked)
                && indexed.TrueForAll(word => Encoding.UTF8.GetByteCount(word) <= 64 * 4 + 4 && word.Length >= 2);
        }).QuickCheckThrowOnFailure();

    private static class Rooms
    {
        public static string Page(int i) => Aicq.Rooms.Ulid.Time(HubUnderTest.Start.ToUnixTimeMilliseconds() - i) + $"{i:d16}";
    }

    private static (string, string, string, string, string, long) Read(JsonNode found) =>
        ((string)found["id"]!, (string)found["room_id"]!, (string)found["room_name"]!, (string)found["from"]!, (string)found["body"]!, (long)found["ts"]!);

    private static async Task<string[]> FoundAsync(HubUnderTest hub, string path) =>
        [.. (await (await hub.Client().ReadAsync(path)).JsonAsync())["results"]!.AsArray().Select(r => ((string)r!["body"]!).Split(' ')[^1])];
}
