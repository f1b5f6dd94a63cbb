using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Outpost.Assistant.Providers.Practice;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Chat;

public sealed class Chatting(PostgresServer postgres, RedisServer redis)
{
    private static object Says(string text, string? session = null) => new { messages = new[] { new { role = "user", content = text } }, session_id = session };

    [Fact]
    public async Task A_whole_answer_has_the_published_shape()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("chat");
        test.Provider.Next(new Script { Text = "Hello you" });

        var answer = await (await client.SendAsync("/api/chat/", new { messages = new[] { new { role = "user", content = "Hello" } }, model = "auto", max_tokens = 4096, temperature = 1.0 })).JsonAsync();

        Assert.Equal(("assistant", "Hello you", "first"), ((string?)answer["role"], (string?)answer["content"], (string?)answer["model"]));
        Assert.Equal((long)answer["usage"]!["input_tokens"]! + (long)answer["usage"]!["output_tokens"]!, (long)answer["usage"]!["total_tokens"]!);
        Assert.Equal(test.Billed(), (long)((decimal)answer["cost"]! * 1_000_000_000));
    }

    [Fact]
    public async Task A_stream_brings_text_as_it_was_said_then_usage_and_cost()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("chat");
        test.Provider.Next(new Script { Text = "one\n\ntwo  three\n" });

        var events = await (await client.SendAsync("/api/chat/stream", Says("Hello"))).EventsAsync();

        Assert.Equal("start", events[0].Name);
        Assert.Equal("one\n\ntwo  three\n", string.Concat(events.SkipLast(1).Where(one => one.Name is null).Select(one => one.Data)));
        var bill = JsonNode.Parse(events.Single(one => one.Name == "usage").Data)!;
        Assert.Equal(test.Billed(), (long)((decimal)bill["cost"]! * 1_000_000_000));
        Assert.Equal((null, "[DONE]"), events[^1]);
    }

    [Fact]
    public async Task A_stream_that_breaks_says_so_once_and_keeps_what_came()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, redis);
        using var client = await test.ProgramAsync("chat");
        var session = await StartAsync(client);
        test.Provider.Next(new Script { Text = "one two three four", After = 2, Mishap = Mishap.End });

        var events = await (await client.SendAsync("/api/chat/stream", Says("Count", (string?)session["session_id"]))).EventsAsync();

        var problem = JsonNode.Parse(events[^1].Data)!;
        Assert.Equal(("error", "PROVIDER_ERROR"), (events[^1].Name, (string?)problem["error_code"]));
        var kept = await (await client.ReadAsync($"/api/conversations/{session["conversation_id"]}")).JsonAsync();
        Assert.Equal("cut", (string?)kept["messages"]![1]!["finish_reason"]);
        Assert.StartsWith("one", (string?)kept["messages"]![1]!["content"]![0]!["text"]);
    }

    [Fact]
    public async Task A_session_remembers_what_was_said_and_survives_a_restart()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, redis);
        var key = await test.KeyAsync(["chat"]);
        using var before = test.WithKey(key.Text);
        var session = await StartAsync(before, new { system = "You are terse." });
        test.Provider.Next(new Script { Text = "Noted." }, new Script { Text = "Blue." });
        await (await before.SendAsync("/api/chat", Says("My colour is blue.", (string?)session["session_id"]))).JsonAsync();
        var first = test.Provider.Calls[^1].Input;

        await test.RestartAsync();
        using var after = test.WithKey(key.Text);
        var answer = await (await after.SendAsync("/api/chat", Says("Which is it?", (string?)session["session_id"]))).JsonAsync();

        Assert.Equal("Blue.", (string?)answer["content"]);
        Assert.True(test.Provider.Calls[^1].Input > first + 5, "the model was not told what had been said before");
        var kept = await (await after.ReadAsync($"/api/conversations/{session["conversation_id"]}")).JsonAsync();
        Assert.Equal(["user", "assistant", "user", "assistant"], kept["messages"]!.AsArray().Select(said => (string?)said!["role"]));
        Assert.Equal("My colour is blue.", (string?)kept["conversation"]!["title"]);
        Assert.Equal(test.Billed(), (long)((decimal)kept["cost"]! * 1_000_000_000));
    }

    [Fact]
    public async Task A_session_belongs_to_whoever_began_it_and_ends_when_it_is_ended()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, redis, ("SESSION_TIMEOUT", "600"));
        using var owner = await test.ProgramAsync("chat");
        using var other = await test.ProgramAsync("chat");
        var session = await StartAsync(owner);
        var (id, conversation) = ((string?)session["session_id"], (string?)session["conversation_id"]);

        Assert.Equal(600, (int?)session["expires_in"]);
        await (await other.SendAsync("/api/chat", Says("mine now", id))).RefusedAsync(HttpStatusCode.NotFound, "SESSION_NOT_FOUND");
        await (await other.ReadAsync($"/api/conversations/{conversation}")).RefusedAsync(HttpStatusCode.NotFound, "CONVERSATION_NOT_FOUND");
        await (await other.DeleteAsync($"/api/conversations/{conversation}", AssistantUnderTest.Stop)).RefusedAsync(HttpStatusCode.NotFound, "CONVERSATION_NOT_FOUND");
        Assert.InRange((int)(await (await owner.ReadAsync($"/api/chat/sessions/{id}")).JsonAsync())["expires_in"]!, 500, 600);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/chat/sessions/{id}", AssistantUnderTest.Stop)).StatusCode);
        await (await owner.SendAsync("/api/chat", Says("still there?", id))).RefusedAsync(HttpStatusCode.NotFound, "SESSION_NOT_FOUND");
        var again = await StartAsync(owner, new { conversation_id = conversation });
        Assert.Equal(conversation, (string?)again["conversation_id"]);
    }

    [Fact]
    public async Task A_pdf_goes_along_and_stays_with_what_was_said()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, redis);
        using var client = await test.ProgramAsync("chat");
        var session = (string?)(await StartAsync(client, new { }))["session_id"];
        var content = new object[] { new { type = "text", text = "Sum it up." }, new { type = "file", file = new { filename = "march.pdf", file_data = "data:application/pdf;base64,JVBERi0xLjcK" } } };

        await (await client.SendAsync("/api/chat", new { model = "first", session_id = session, max_tokens = 100, messages = new[] { new { role = "user", content } } })).JsonAsync();
        await (await client.SendAsync("/api/chat", new { model = "first", session_id = session, max_tokens = 100, messages = new[] { new { role = "user", content = "And the total?" } } })).JsonAsync();

        Assert.Equal(2, test.Provider.Calls.Count);
        Assert.Equal("march.pdf", await test.ValueAsync<string>("select content->1->>'name' from messages where position = 1"));
        Assert.True(await test.ValueAsync<long>("select min(bound) from holds where leased is null") >= 100_000 * 3_000L, "the hold is below what the context costs");
    }

    [Fact]
    public async Task A_conversation_is_renamed_exported_and_forgotten()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, redis);
        using var client = await test.ProgramAsync("chat");
        var session = await StartAsync(client);
        var path = $"/api/conversations/{session["conversation_id"]}";
        test.Provider.Next(new Script { Text = "An **answer**" });
        await (await client.SendAsync("/api/chat", Says("A question", (string?)session["session_id"]))).JsonAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await client.PatchAsJsonAsync(path, new { title = "About things" }, AssistantUnderTest.Stop)).StatusCode);
        var markdown = await (await client.ReadAsync($"{path}/export?format=markdown")).Content.ReadAsStringAsync(AssistantUnderTest.Stop);
        var json = await (await client.ReadAsync($"{path}/export?format=json")).JsonAsync();

        Assert.StartsWith("# About things", markdown, StringComparison.Ordinal);
        Assert.Contains("An **answer**", markdown, StringComparison.Ordinal);
        Assert.Equal(2, json["messages"]!.AsArray().Count);
        Assert.Equal("About things", (string?)(await (await client.ReadAsync("/api/conversations")).JsonAsync())["conversations"]![0]!["title"]);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(path, AssistantUnderTest.Stop)).StatusCode);
        await (await client.ReadAsync(path)).RefusedAsync(HttpStatusCode.NotFound, "CONVERSATION_NOT_FOUND");
        // What it has cost stays.
        await test.SettledAsync();
        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select sum(cost)::bigint from charges"));
    }

    private static async Task<JsonNode> StartAsync(HttpClient client, object? request = null) => await (await client.SendAsync("/api/chat/sessions", request ?? new { })).JsonAsync(HttpStatusCode.Created);
}
