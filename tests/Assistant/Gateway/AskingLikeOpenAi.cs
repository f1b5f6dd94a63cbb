using System.Net;
using System.Text.Json.Nodes;
using Outpost.Assistant.Providers.Practice;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Gateway;

public sealed class AskingLikeOpenAi(PostgresServer postgres)
{
    private static readonly object[] Hello = [new { role = "system", content = "Be brief." }, new { role = "user", content = "Hello" }];

    [Theory]
    [InlineData("first")]
    [InlineData("second")]
    [InlineData("third")]
    public async Task A_whole_answer_has_the_form_the_usage_and_the_cost_that_is_in_the_ledger(string model)
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");
        test.Provider.Next(new Script { Text = "Grüezi mitenand" });

        var answer = await (await client.SendAsync("/v1/chat/completions", new { model, messages = Hello, max_tokens = 100 })).JsonAsync();
        await test.SettledAsync();

        Assert.Equal("chat.completion", (string?)answer["object"]);
        Assert.StartsWith("chatcmpl-", (string?)answer["id"]);
        Assert.Equal(model, (string?)answer["model"]);
        Assert.Equal("Grüezi mitenand", (string?)answer["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)answer["choices"]![0]!["finish_reason"]);
        var cost = (decimal)answer["usage"]!["cost"]!;
        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select sum(cost)::bigint from charges"));
        Assert.Equal(test.Billed(), (long)(cost * 1_000_000_000));
        Assert.Equal("settled", await test.ValueAsync<string>("select state from holds"));
        Assert.Equal(test.Provider.Calls.Single().RequestId, (await test.ValueAsync<Guid>("select attempt_id from charges")).ToString());
    }

    [Fact]
    public async Task A_stream_comes_in_chunks_with_the_usage_last_and_then_done()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");
        test.Provider.Next(new Script { Text = "one two\nthree", ChunkBytes = 7 });

        var events = await (await client.SendAsync("/v1/chat/completions", new { model = "second", messages = Hello, stream = true, stream_options = new { include_usage = true } })).EventsAsync();
        await test.SettledAsync();

        Assert.Equal("[DONE]", events[^1].Data);
        var chunks = events.SkipLast(1).Select(one => JsonNode.Parse(one.Data)!).ToArray();
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", (string?)chunk["object"]));
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Equal("one two\nthree", string.Concat(chunks.SkipLast(1).Select(chunk => (string?)chunk["choices"]![0]!["delta"]!["content"])));
        Assert.Equal("stop", (string?)chunks[^2]["choices"]![0]!["finish_reason"]);
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal(test.Billed(), (long)((decimal)chunks[^1]["usage"]!["cost"]! * 1_000_000_000));
        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select settled from holds"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tools_are_called_and_their_results_taken(bool stream)
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");
        var tools = new[] { new { type = "function", function = new { name = "weather", parameters = new { type = "object" } } } };
        test.Provider.Next(new Script { Text = "", Tools = [new("weather", """{"city":"Zürich"}"""), new("weather", """{"city":"Bern"}""")] }, new Script { Text = "Rain" });

        var first = await client.SendAsync("/v1/chat/completions", new { model = "second", messages = Hello, tools, stream });
        var calls = stream ? Joined((await first.EventsAsync()).SkipLast(1).Select(one => JsonNode.Parse(one.Data)!)) : (await first.JsonAsync())["choices"]![0]!["message"]!["tool_calls"]!.AsArray();
        var second = await (await client.SendAsync("/v1/chat/completions", new
        {
            model = "second",
            messages = new object[]
            {
                new { role = "user", content = "Weather?" },
                new { role = "assistant", content = (string?)null, tool_calls = calls },
                new { role = "tool", tool_call_id = (string?)calls[0]!["id"], content = "rain" },
                new { role = "tool", tool_call_id = (string?)calls[1]!["id"], content = "sun" },
            },
        })).JsonAsync();

        Assert.Equal(["""{"city":"Zürich"}""", """{"city":"Bern"}"""], calls.Select(call => (string?)call!["function"]!["arguments"]));
        Assert.Equal("Rain", (string?)second["choices"]![0]!["message"]!["content"]);

        static JsonArray Joined(IEnumerable<JsonNode> chunks)
        {
            var calls = new JsonArray();
            foreach (var part in chunks.SelectMany(chunk => chunk["choices"]![0]!["delta"]!["tool_calls"]?.AsArray() ?? []))
            {
                var index = (int)part!["index"]!;
                if (part["id"] is { } id) calls.Add(new JsonObject { ["id"] = (string?)id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = (string?)part["function"]!["name"], ["arguments"] = "" } });
                calls[index]!["function"]!["arguments"] = (string?)calls[index]!["function"]!["arguments"] + (string?)part["function"]!["arguments"];
            }

            return calls;
        }
    }

    [Fact]
    public async Task What_may_cost_more_than_there_is_room_for_never_reaches_a_provider()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, null, ("COST_LIMIT_PER_REQUEST", "0.05"), ("COST_WARN_PER_REQUEST", "0.05"));
        using var client = await test.ProgramAsync("gateway");

        var refused = await client.SendAsync("/v1/chat/completions", new { model = "first", messages = Hello, max_tokens = 8000 });
        var error = (await refused.JsonAsync(HttpStatusCode.PaymentRequired))["error"]!;

        Assert.Equal("application/json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("insufficient_quota", "budget_exceeded"), ((string?)error["type"], (string?)error["code"]));
        Assert.Empty(test.Provider.Calls);
        Assert.Equal(0, await test.ValueAsync<long>("select count(*) from holds"));
    }

    [Fact]
    public async Task Who_names_no_limit_gets_the_output_that_fits_and_is_told()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, null, ("COST_LIMIT_PER_REQUEST", "0.03"), ("COST_WARN_PER_REQUEST", "0.03"));
        using var client = await test.ProgramAsync("gateway");

        var answer = await client.SendAsync("/v1/chat/completions", new { model = "first", messages = Hello });
        await answer.JsonAsync();

        var granted = int.Parse(answer.Headers.GetValues("x-max-tokens-granted").Single(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(granted, 1, 2000);
        Assert.Equal(granted, test.Provider.Calls.Single().MaxOutput);
        Assert.InRange(await test.ValueAsync<long>("select bound from holds"), 29_900_000, 30_000_000);
    }

    [Fact]
    public async Task A_fallback_answers_and_both_attempts_stand_in_the_ledger()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");
        test.Provider.Next(new Script { Status = 401 }, new Script { Text = "I stand in" });

        var answer = await (await client.SendAsync("/v1/chat/completions", new { model = "first", messages = Hello, max_tokens = 50 })).JsonAsync();
        await test.SettledAsync();

        Assert.Equal("second", (string?)answer["model"]);
        Assert.Equal("failed answered", await test.ValueAsync<string>("select string_agg(outcome, ' ' order by attempt) from charges"));
        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select settled from holds"));
    }

    [Fact]
    public async Task A_stream_that_breaks_ends_with_one_error_and_what_came_is_billed()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");
        test.Provider.Next(new Script { Text = "one two three four five", After = 3, Mishap = Mishap.End });

        var events = await (await client.SendAsync("/v1/chat/completions", new { model = "second", messages = Hello, stream = true })).EventsAsync();
        await test.SettledAsync();

        var error = JsonNode.Parse(events[^1].Data)!["error"]!;
        Assert.Equal("provider_error", (string?)error["code"]);
        Assert.DoesNotContain(events, one => one.Data == "[DONE]");
        Assert.Single(test.Provider.Calls);
        Assert.Equal("cut", await test.ValueAsync<string>("select outcome from charges"));
        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select settled from holds"));
    }

    [Fact]
    public async Task A_caller_who_leaves_closes_the_provider_s_connection_and_pays_for_what_came()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");
        test.Provider.Next(new Script { Text = "one two three four five six", After = 4, Mishap = Mishap.Silence });

        using var leaving = new CancellationTokenSource();
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = System.Net.Http.Json.JsonContent.Create(new { model = "second", messages = Hello, stream = true }) })
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, AssistantUnderTest.Stop);
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(AssistantUnderTest.Stop));
            var pieces = 0;
            while (pieces < 5) pieces += (await reader.ReadLineAsync(AssistantUnderTest.Stop))!.StartsWith("data:", StringComparison.Ordinal) ? 1 : 0;
        }

        await test.Provider.Calls.Single().Closed.WaitAsync(TimeSpan.FromSeconds(30), AssistantUnderTest.Stop);
        await test.Provider.Calls.Single().Over.WaitAsync(TimeSpan.FromSeconds(30), AssistantUnderTest.Stop);
        await test.SettledAsync();

        Assert.Equal("cancelled counted", await test.ValueAsync<string>("select outcome || ' ' || basis from charges"));
        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select settled from holds"));
    }

    [Fact]
    public async Task The_list_names_what_can_be_asked_and_nothing_else()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");

        var list = await (await client.ReadAsync("/v1/models")).JsonAsync();
        var one = await (await client.ReadAsync("/v1/models/third")).JsonAsync();

        Assert.Equal(["first", "second", "third", "free", "vectors"], list["data"]!.AsArray().Select(model => (string?)model!["id"]));
        Assert.Equal("google", (string?)one["owned_by"]);
        await (await client.ReadAsync("/v1/models/unpriced")).JsonAsync(HttpStatusCode.NotFound);
    }
}
