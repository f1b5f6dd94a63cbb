using System.Text.Json.Nodes;
using Outpost.Platform.Processes;
using Outpost.Platform.Redis;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Hub;

public sealed class TakingPartInAHub(PostgresServer postgres, RedisServer redis)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_agents_talk_in_rooms_and_in_private()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        var (ada, bob) = (await hub.RegisterAsync("ada"), await hub.RegisterAsync("bob"));
        Assert.NotEqual(ada, bob);

        var posted = (await hub.AsAsync("ada", "post", "global", "hello everybody, otters here", "--json")).Json();
        var answer = await hub.AsAsync("bob", "post", "global", "hello \u001b[31mada", "--answer", (string)posted["id"]!);
        Assert.Equal(0, answer.ExitCode);
        var read = await hub.AsAsync("bob", "read", "global");
        Assert.Contains("hello everybody", read.Output, StringComparison.Ordinal);
        // What a stranger wrote must not command the terminal.
        Assert.Contains("\\u001b[31mada", read.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', read.Output);
        Assert.Equal((string)posted["id"]!, (string)(await hub.AsAsync("nobody", "read", "global", "--limit", "1", "--json")).Json()["messages"]![0]!["pid"]!);
        Assert.Equal((string)posted["id"]!, (string)(await hub.AsAsync("nobody", "find", "otters", "--json")).Json()["results"]![0]!["id"]!);

        var text = "the cake is in the \ud83e\uddca cellar";
        Assert.Equal(0, (await hub.AsAsync("ada", "dm", "send", bob.ToString(), text)).ExitCode);
        var stored = (await hub.Redis.CallAsync(new("ZRANGE", $"dm:{bob}:inbox", 0, -1), Stop))[0].AsString()!;
        Assert.DoesNotContain("cellar", stored, StringComparison.Ordinal);
        var letter = (await hub.AsAsync("bob", "dm", "read", "--json")).Json()[0]!;
        Assert.Equal((text, ada), ((string)letter["text"]!, letter["from"]!.GetValue<Guid>()));
        Assert.Empty((await hub.AsAsync("ada", "dm", "read", "--json")).Json().AsArray());
        Assert.Equal(0, (await hub.AsAsync("bob", "dm", "ack", (string)letter["id"]!)).ExitCode);
        Assert.Empty((await hub.AsAsync("bob", "dm", "read", "--json")).Json().AsArray());

        Assert.Contains("\"name\": \"ada\"", (await hub.AsAsync("bob", "who", ada.ToString(), "--json")).Output, StringComparison.Ordinal);
        Assert.Contains(ada.ToString(), (await hub.AsAsync("ada", "me")).Output, StringComparison.Ordinal);
        Assert.Contains("global", (await hub.AsAsync("nobody", "rooms")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await hub.AsAsync("ada", "delete", "global", (string)posted["id"]!)).ExitCode);
        Assert.Contains("2 agents", (await hub.AsAsync("nobody", "stats")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await hub.AsAsync("nobody", "health")).ExitCode);
    }

    [Fact]
    public async Task A_private_room_opens_with_its_key_and_only_with_it()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        await hub.RegisterAsync("ada");
        Directory.CreateDirectory(hub.DirectoryOf("keys"));
        var (right, wrong) = (Path.Combine(hub.DirectoryOf("keys"), "right"), Path.Combine(hub.DirectoryOf("keys"), "wrong"));
        await File.WriteAllTextAsync(right, "a key of more than sixteen\n", Stop);
        await File.WriteAllTextAsync(wrong, "another key of sixteen\n", Stop);

        var room = (string)(await hub.AsAsync("ada", "create-room", "cabal", "--private", "--key-file", right, "--json")).Json()["id"]!;
        Assert.Equal(0, (await hub.AsAsync("ada", "post", room, "psst", "--key-file", right)).ExitCode);

        Assert.Contains("psst", (await hub.AsAsync("nobody", "read", room, "--key-file", right)).Output, StringComparison.Ordinal);
        foreach (var words in new[] { (string[])["read", room], ["read", room, "--key-file", wrong] })
        {
            var refused = await Assert.ThrowsAsync<TroubleException>(() => hub.AsAsync("nobody", words));
            Assert.Contains("room key", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_watch_tells_what_is_said_as_it_is_said()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        await hub.RegisterAsync("ada");
        await hub.AsAsync("ada", "post", "global", "before");

        var watching = hub.AsAsync("nobody", "watch", "global", "--count", "3", "--json");
        var everywhere = hub.AsAsync("nobody", "watch", "--count", "3", "--json");
        // Nobody says when a stream is open; so somebody talks until both have heard enough.
        for (var i = 0; !watching.IsCompleted || !everywhere.IsCompleted; i++)
        {
            if (i < 25) await hub.AsAsync("ada", "post", "global", $"message {i}");
            await Task.Delay(100, Stop);
        }

        foreach (var heard in new[] { await watching, await everywhere })
        {
            var bodies = heard.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string)JsonNode.Parse(line)!["body"]!).ToArray();
            Assert.Equal(3, bodies.Length);
            Assert.DoesNotContain("before", bodies);
            // Each once, in order, none left out.
            var numbers = bodies.Select(body => int.Parse(body["message ".Length..], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(Enumerable.Range(numbers[0], 3), numbers);
        }
    }

    [Fact]
    public async Task The_files_are_those_of_the_other_clients()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        var id = await hub.RegisterAsync("ada");
        var (agent, key) = (Path.Combine(hub.DirectoryOf("ada"), "agent.json"), Path.Combine(hub.DirectoryOf("ada"), "private.key"));

        var kept = JsonNode.Parse(await File.ReadAllTextAsync(agent, Stop))!.AsObject();
        Assert.Equal(["id", "public_key"], kept.Select(member => member.Key));
        Assert.Equal(id.ToString(), (string)kept["id"]!);
        Assert.Equal(32, Convert.FromBase64String(await File.ReadAllTextAsync(key, Stop)).Length);
        foreach (var file in new[] { agent, key }) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        // As another client would have left them, and as an editor might.
        Directory.CreateDirectory(hub.DirectoryOf("same"));
        await File.WriteAllTextAsync(Path.Combine(hub.DirectoryOf("same"), "agent.json"), $$"""{"id":"{{id}}"}""", Stop);
        await File.WriteAllTextAsync(Path.Combine(hub.DirectoryOf("same"), "private.key"), await File.ReadAllTextAsync(key, Stop) + "\n", Stop);
        Assert.Equal(0, (await hub.AsAsync("same", "post", "global", "it is me")).ExitCode);

        // Registering again keeps the key, and so the id.
        Assert.Equal(id, await hub.RegisterAsync("ada"));
        Assert.Equal(32, Convert.FromBase64String(await File.ReadAllTextAsync(key, Stop)).Length);

        await File.WriteAllTextAsync(key, "not a key", Stop);
        Assert.Contains("holds no private key", (await Assert.ThrowsAsync<TroubleException>(() => hub.AsAsync("ada", "post", "global", "x"))).Message, StringComparison.Ordinal);
        Assert.Contains("no agent is registered", (await Assert.ThrowsAsync<TroubleException>(() => hub.AsAsync("nobody", "post", "global", "x"))).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]), Stop);
        Assert.Contains("is not the key of the agent", (await Assert.ThrowsAsync<TroubleException>(() => hub.AsAsync("ada", "post", "global", "x"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_refuses_or_is_not_there_is_told_in_plain_words()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        await hub.RegisterAsync("ada");

        var tooLong = await Assert.ThrowsAsync<TroubleException>(() => hub.AsAsync("ada", "post", "global", new string('x', 5000)));
        Assert.Contains("body too long", tooLong.Message, StringComparison.Ordinal);
        Assert.Contains("no public room is called", (await Assert.ThrowsAsync<TroubleException>(() => hub.AsAsync("ada", "read", "nowhere"))).Message, StringComparison.Ordinal);
        Assert.Contains("room for 6075", (await Assert.ThrowsAsync<TroubleException>(() => hub.AsAsync("ada", "dm", "send", Guid.NewGuid().ToString(), new string('x', 6076)))).Message, StringComparison.Ordinal);

        var longest = await hub.RegisterAsync("bob");
        Assert.Equal(0, (await hub.AsAsync("ada", "dm", "send", longest.ToString(), new string('x', 6075))).ExitCode);
        Assert.Equal(6075, ((string)(await hub.AsAsync("bob", "dm", "read", "--json")).Json()[0]!["text"]!).Length);

        var gone = await Assert.ThrowsAsync<TroubleException>(() => AHub.RunAsync([("AICQ_URL", "http://127.0.0.1:1"), ("AICQ_CONFIG", hub.DirectoryOf("ada"))], "rooms"));
        Assert.Contains("does not answer", gone.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<Platform.Configuration.SettingsException>(() => AHub.RunAsync([("AICQ_URL", "ftp://hub")], "rooms"));
    }

    [Fact]
    public async Task Its_operator_looks_up_and_mends()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        var ada = await hub.RegisterAsync("ada");
        foreach (var i in Enumerable.Range(0, 3)) await hub.AsAsync("ada", "post", "global", $"number {i}");
        await hub.AsAsync("ada", "dm", "send", ada.ToString(), "to myself");
        await hub.Redis.CallAsync(new RedisCommand[] { new("SET", "blocked:ip:192.0.2.7", "repeated rate limit violations", "EX", 86400), new("SET", "violations:ip:192.0.2.7", 10) }, Stop);

        Assert.Equal("3", (await hub.OperateAsync("room-size", "global")).Output.Trim());
        Assert.Equal("1", (await hub.OperateAsync("inbox-size", ada.ToString())).Output.Trim());
        var blocked = (await hub.OperateAsync("blocked", "192.0.2.7", "--json")).Json();
        Assert.True((bool)blocked["blocked"]!);
        Assert.InRange((long)blocked["seconds"]!, 1, 86400);
        Assert.Equal("unblocked", (await hub.OperateAsync("unblock", "192.0.2.7")).Output.Trim());
        Assert.Equal("not blocked", (await hub.OperateAsync("blocked", "192.0.2.7")).Output.Trim());
        Assert.Equal(0, (await hub.Redis.CallAsync(new("EXISTS", "violations:ip:192.0.2.7"), Stop)).AsLong());
        Assert.Contains("agents 1\n", (await hub.OperateAsync("counts")).Output, StringComparison.Ordinal);
        Assert.Equal(ada, (await hub.OperateAsync("newest", "--json")).Json()[0]!["id"]!.GetValue<Guid>());
        Assert.Contains("global", (await hub.OperateAsync("busiest", "--limit", "1")).Output, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TroubleException>(() => hub.OperateAsync("blocked", "not-an-address"));
        await Assert.ThrowsAsync<TroubleException>(() => hub.OperateAsync("room-size", "not-a-room"));
    }
}
