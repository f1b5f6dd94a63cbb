using System.Net;
using System.Text.Json.Nodes;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Live;

public sealed class WatchingRooms(PostgresServer postgres, RedisServer redis)
{
    private const string Key = "a room key of the tests";

    [Fact]
    public async Task What_is_said_arrives_as_it_is_said_whichever_instance_took_it()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        await using var other = await HubUnderTest.StartAsync(hub.Database, hub.RedisUrl);
        var agent = await hub.AgentAsync();
        var room = await hub.RoomAsync(agent);
        await agent.SayAsync(room, "before");
        await using var watching = await LiveReader.OpenAsync(other.Client(), $"/room/{room}/live");
        await using var all = await LiveReader.OpenAsync(other.Client(), "/live");

        var first = await agent.SayAsync(room, "one <b>");
        await agent.SayAsync(HubUnderTest.Global, "elsewhere");
        var second = await agent.SayAsync(room, "two", first);
        await agent.SendAsync(HttpMethod.Delete, $"/room/{room}/{first}");

        var (id, kind, data) = (await watching.NextAsync())!.Value;
        Assert.Equal(($"{HubUnderTest.Start.ToUnixTimeMilliseconds()}-{first}", "message"), (id, kind));
        Assert.Equal($$"""{"id":"{{first}}","from":"{{agent.Id}}","body":"one \u003cb\u003e","ts":{{HubUnderTest.Start.ToUnixTimeMilliseconds()}}}""", data);
        Assert.Equal(second, (string?)JsonNode.Parse((await watching.NextAsync())!.Value.Data)!["id"]);
        Assert.Equal((null, "deleted", $$"""{"id":"{{first}}","room_id":"{{room}}"}"""), (await watching.NextAsync())!.Value);
        Assert.Equal(["one <b>", "elsewhere", "two"], await MembersAsync(all, 3, "body"));
        Assert.Equal("deleted", (await all.NextAsync())!.Value.Kind);
        Assert.Equal("text/event-stream", watching.Answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_reader_who_comes_back_gets_exactly_what_it_has_not_seen()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agents = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => hub.AgentAsync()));
        string? roomSeen, allSeen;
        await using (var watching = await LiveReader.OpenAsync(hub.Client(), $"/room/{HubUnderTest.Global}/live"))
        await using (var all = await LiveReader.OpenAsync(hub.Client(), "/live"))
        {
            await agents[0].SayAsync(HubUnderTest.Global, "seen");
            (roomSeen, allSeen) = ((await watching.NextAsync())!.Value.Id, (await all.NextAsync())!.Value.Id);
        }

        // More than one page of them, all within one millisecond.
        var ids = new List<string>();
        for (var i = 0; i < 250; i++) ids.Add(await agents[i % 10].SayAsync(HubUnderTest.Global, $"missed {i}"));

        await using var again = await LiveReader.OpenAsync(hub.Client(), $"/room/{HubUnderTest.Global}/live", roomSeen);
        await using var allAgain = await LiveReader.OpenAsync(hub.Client(), $"/live?last_event_id={allSeen}");
        hub.Clock.Advance(TimeSpan.FromMinutes(2));
        ids.Add(await agents[0].SayAsync(HubUnderTest.Global, "and now"));

        Assert.Equal(ids, await MembersAsync(again, 251, "id"));
        Assert.Equal(ids, await MembersAsync(allAgain, 251, "id"));
    }

    [Fact]
    public async Task A_stream_goes_on_after_Redis_was_away()
    {
        await using var own = await RedisProcess.StartAsync(settings: "appendonly yes\nappendfsync always");
        await using var hub = await HubUnderTest.StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", HubUnderTest.Stop), own.Url);
        var agent = await hub.AgentAsync();
        await using var watching = await LiveReader.OpenAsync(hub.Client(), $"/room/{HubUnderTest.Global}/live");
        await using var all = await LiveReader.OpenAsync(hub.Client(), "/live");
        var ids = new List<string> { await agent.SayAsync(HubUnderTest.Global, "before") };
        Assert.Equal(ids, await MembersAsync(watching, 1, "id"));

        await own.KillAsync();
        await own.StartAgainAsync();
        for (var i = 0; i < 3; i++)
        {
            HttpResponseMessage answer;
            do answer = await agent.PostAsync(HubUnderTest.Global, $"after {i}");
            while (answer.StatusCode == HttpStatusCode.ServiceUnavailable);
            ids.Add((string)(await answer.JsonAsync(HttpStatusCode.Created))["id"]!);
        }

        Assert.Equal(ids[1..], await MembersAsync(watching, 3, "id"));
        Assert.Equal(ids, await MembersAsync(all, 4, "id"));
    }

    [Fact]
    public async Task A_private_room_is_watched_with_its_key_only_and_not_among_all()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();
        var room = await hub.RoomAsync(agent, "secret", Key);
        await (await hub.Client().ReadAsync($"/room/{room}/live")).RefusedAsync(HttpStatusCode.Forbidden, "room key required for private rooms");
        await using var watching = await LiveReader.OpenAsync(hub.Client(), $"/room/{room}/live", null, ("X-AICQ-Room-Key", Key));
        await using var all = await LiveReader.OpenAsync(hub.Client(), "/live");

        await (await agent.SendAsync(HttpMethod.Post, $"/room/{room}", new JsonObject { ["body"] = "hidden" }, ("X-AICQ-Room-Key", Key))).JsonAsync(HttpStatusCode.Created);
        await agent.SayAsync(HubUnderTest.Global, "open");

        Assert.Equal(["hidden"], await MembersAsync(watching, 1, "body"));
        Assert.Equal(["open"], await MembersAsync(all, 1, "body"));
        Assert.Equal(1, (await hub.AskRedisAsync("XLEN", "live:activity")).AsLong());
    }

    [Theory]
    [InlineData("/room/nowhere/live", HttpStatusCode.BadRequest, "invalid room ID format")]
    [InlineData("/room/00000000-0000-0000-0000-0000000000aa/live", HttpStatusCode.NotFound, "room not found")]
    [InlineData("/live?last_event_id=yesterday", HttpStatusCode.BadRequest, "invalid Last-Event-ID")]
    [InlineData("/live?last_event_id=18446744073709551615-18446744073709551615", HttpStatusCode.BadRequest, "invalid Last-Event-ID")]
    [InlineData("/room/00000000-0000-0000-0000-000000000001/live?last_event_id=1-x", HttpStatusCode.BadRequest, "invalid Last-Event-ID")]
    public async Task What_cannot_be_watched_is_refused(string path, HttpStatusCode status, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        await (await hub.Client().ReadAsync(path)).RefusedAsync(status, sentence);
    }

    [Fact]
    public async Task There_are_no_more_streams_than_the_operator_wants()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AICQ_STREAMS", "1"));
        await using var first = await LiveReader.OpenAsync(hub.Client(), "/live");

        await (await hub.Client().ReadAsync("/live")).RefusedAsync(HttpStatusCode.ServiceUnavailable, "too many live streams");
    }

    [Fact]
    public async Task One_address_has_no_more_streams_than_the_operator_wants_and_gets_another_when_it_ends_one()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AICQ_STREAMS_PER_ADDRESS", "2"), ("AUTO_BLOCK_ENABLED", "false"));
        var client = hub.Client();
        var first = await LiveReader.OpenAsync(client, "/live");
        await using var second = await LiveReader.OpenAsync(client, $"/room/{HubUnderTest.Global}/live");

        var refused = await client.ReadAsync("/live");
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "too many live streams");
        Assert.Equal("10", refused.Header("Retry-After"));
        await using var elsewhere = await LiveReader.OpenAsync(hub.Client("203.0.113.2"), "/live");

        await first.DisposeAsync();
        var since = TimeProvider.System.GetTimestamp();
        HttpResponseMessage? again = null;
        do
        {
            again?.Dispose();
            // Sixty in a minute may be asked for.
            hub.Clock.Advance(TimeSpan.FromSeconds(2));
            again = await client.SendAsync(new(HttpMethod.Get, "/live"), HttpCompletionOption.ResponseHeadersRead, HubUnderTest.Stop);
        }
        while (again.StatusCode == HttpStatusCode.TooManyRequests && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        again.Dispose();
    }

    [Fact]
    public async Task Streams_leave_some_connections_to_others()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("HTTP_CONNECTIONS", "5"));
        var client = hub.Client();
        var streams = new List<LiveReader>();
        for (var i = 0; i < 4; i++) streams.Add(await LiveReader.OpenAsync(client, "/live"));

        await (await client.ReadAsync("/live")).RefusedAsync(HttpStatusCode.ServiceUnavailable, "too many live streams");
        await (await client.ReadAsync("/channels")).JsonAsync();
        foreach (var stream in streams) await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_host_that_ends_lets_its_streams_go_at_once()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        await using var watching = await LiveReader.OpenAsync(hub.Client(), "/live");

        await hub.App.StopAsync(HubUnderTest.Stop).WaitAsync(TimeSpan.FromSeconds(15), HubUnderTest.Stop);

        Assert.Null(await watching.NextAsync());
    }

    private static async Task<List<string>> MembersAsync(LiveReader reader, int count, string member)
    {
        var found = new List<string>();
        while (found.Count < count) found.Add((string)JsonNode.Parse((await reader.NextAsync())!.Value.Data)![member]!);
        return found;
    }
}
