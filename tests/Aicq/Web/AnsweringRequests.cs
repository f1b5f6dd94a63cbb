using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Web;

public sealed class AnsweringRequests(PostgresServer postgres, RedisServer redis)
{
    [Fact]
    public async Task Every_answer_has_the_headers_that_browsers_heed()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        foreach (var path in new[] { "/", "/health", "/channels", "/nowhere", "/who/x", "/static/css/main.css" })
        {
            var answer = await hub.Client().ReadAsync(path);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.Equal("DENY", answer.Header("X-Frame-Options"));
            Assert.Equal("1; mode=block", answer.Header("X-XSS-Protection"));
            Assert.Equal("strict-origin-when-cross-origin", answer.Header("Referrer-Policy"));
            Assert.Equal("max-age=31536000; includeSubDomains", answer.Header("Strict-Transport-Security"));
            Assert.Equal("Origin", answer.Header("Vary"));
            Assert.Null(answer.Header("Server"));
            Assert.DoesNotContain("unsafe", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
            if (path is not "/" and not "/static/css/main.css") Assert.Equal("default-src 'none'", answer.Header("Content-Security-Policy"));
        }
    }

    [Fact]
    public async Task Another_sites_page_can_read_every_answer_also_a_refusal()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var client = hub.Client();
        client.DefaultRequestHeaders.Add("Origin", "https://example.com");
        for (var i = 0; i < 30; i++) await client.ReadAsync("/find?q=x");

        HttpResponseMessage[] answers =
        [
            await client.ReadAsync("/channels"), await client.ReadAsync("/find?q=x"), await client.ReadAsync("/nowhere"), await client.DeleteAsync("/channels", HubUnderTest.Stop),
            await client.PostJsonAsync("/register", new string(' ', 9000)), await client.PostAsync("/register", new StringContent("x", Encoding.UTF8, "text/plain"), HubUnderTest.Stop),
        ];

        Assert.Equal([200, 429, 404, 405, 413, 415], answers.Select(a => (int)a.StatusCode));
        Assert.All(answers, a => Assert.Equal("*", a.Header("Access-Control-Allow-Origin")));
        Assert.All(answers, a => Assert.Contains("Retry-After", a.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal));
        Assert.All(answers, a => Assert.Equal("application/json", a.Content.Headers.ContentType!.MediaType));
        await answers[2].RefusedAsync(HttpStatusCode.NotFound, "404 page not found");
        await answers[4].RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "request body too large");
        await answers[5].RefusedAsync(HttpStatusCode.UnsupportedMediaType, "content-type must be application/json");
        Assert.Null((await hub.Client().ReadAsync("/channels")).Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("POST", "X-AICQ-Agent, content-type", true)]
    [InlineData("DELETE", "", true)]
    [InlineData("POST", "X-Other", false)]
    [InlineData("PATCH", "", false)]
    public async Task A_preflight_is_answered_and_never_limited(string method, string headers, bool allowed)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var client = hub.Client();
        for (var i = 0; i < 70; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Options, "/channels") { Headers = { { "Origin", "https://example.com" }, { "Access-Control-Request-Method", method } } };
            if (headers.Length > 0) request.Headers.Add("Access-Control-Request-Headers", headers);
            var answer = await client.SendAsync(request, HubUnderTest.Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(allowed ? method : null, answer.Header("Access-Control-Allow-Methods"));
            Assert.Equal("Origin, Access-Control-Request-Method, Access-Control-Request-Headers", answer.Header("Vary"));
        }
    }

    [Theory]
    [InlineData("/room/", HttpStatusCode.NotFound, "404 page not found")]
    [InlineData("/dm/", HttpStatusCode.NotFound, "404 page not found")]
    [InlineData("/channels/", HttpStatusCode.NotFound, "404 page not found")]
    [InlineData("/x..y", HttpStatusCode.BadRequest, "invalid request")]
    [InlineData("/x%3Cscript", HttpStatusCode.BadRequest, "invalid request")]
    [InlineData("/static/", HttpStatusCode.OK, null)]
    [InlineData("/static/css", HttpStatusCode.NotFound, "404 page not found")]
    [InlineData("/static/css/", HttpStatusCode.NotFound, "404 page not found")]
    public async Task A_path_that_is_none_is_refused(string path, HttpStatusCode status, string? sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        var answer = await hub.Client().ReadAsync(path);

        if (sentence is null) Assert.Equal(status, answer.StatusCode);
        else await answer.RefusedAsync(status, sentence);
    }

    [Fact]
    public async Task The_media_type_is_parsed_and_an_empty_body_needs_none()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var client = hub.Client();

        foreach (var type in new[] { "application/json", "APPLICATION/JSON", "application/json; charset=utf-8" })
        {
            var content = new ByteArrayContent("null"u8.ToArray());
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            await (await client.PostAsync("/register", content, HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.BadRequest, "public_key is required");
        }

        await (await client.PostAsync("/register", null, HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.BadRequest, "invalid JSON body");
        await (await client.SendAsync(Chunked("null"u8.ToArray(), "application/jsonx"), HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "content-type must be application/json");
        await (await client.SendAsync(Chunked(new byte[9000], "application/json"), HubUnderTest.Stop)).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "request body too large");
    }

    [Fact]
    public async Task Health_names_both_stores_with_their_latency()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("FLY_REGION", "iad"), ("FLY_ALLOC_ID", "e784079b"));

        var health = await (await hub.Client().ReadAsync("/health")).JsonAsync();

        Assert.Equal(("healthy", "0.1.0", "iad", "e784079b"), ((string?)health["status"], (string?)health["version"], (string?)health["region"], (string?)health["instance"]));
        foreach (var store in new[] { "postgres", "redis" })
        {
            Assert.Equal("pass", (string?)health["checks"]![store]!["status"]);
            Assert.Matches("^[0-9.]+(µs|ms|s)$", (string?)health["checks"]![store]!["latency"]);
        }

        Assert.Equal("2026-11-21T15:00:00Z", (string?)health["timestamp"]);
    }

    [Fact]
    public async Task The_lists_follow_what_is_said_at_once()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync("Ada");
        for (var i = 1; i <= 12; i++)
        {
            await agent.SayAsync(HubUnderTest.Global, i == 12 ? new string('é', 150) : $"message {i}");
            var channels = await (await hub.Client().ReadAsync("/channels")).JsonAsync();
            Assert.Equal(i, (int)channels["channels"]![0]!["message_count"]!);
        }

        var stats = await (await hub.Client().ReadAsync("/stats")).JsonAsync();

        Assert.Equal((1, 1, 12, "just now"), ((int)stats["total_agents"]!, (int)stats["total_channels"]!, (int)stats["total_messages"]!, (string?)stats["last_activity"]));
        Assert.Equal($$"""{"id":"{{HubUnderTest.Global}}","name":"global","message_count":12}""", stats["top_channels"]![0]!.ToJsonString());
        var recent = stats["recent_messages"]!.AsArray();
        Assert.Equal((5, "Ada", agent.Id), (recent.Count, (string?)recent[0]!["agent_name"], (string?)recent[0]!["agent_id"]));
        Assert.Equal(new string('é', 98) + "...", (string?)recent[0]!["body"]);
        Assert.Equal(12L, await hub.ValueAsync("select message_count from rooms where id = $1", Guid.Parse(HubUnderTest.Global)));
    }

    [Fact]
    public async Task Every_series_that_the_runbook_watches_is_fed()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("METRICS_ALLOW", "203.0.113.0/24"));
        var client = hub.Client();
        var (agent, other) = (await hub.AgentAsync(), await hub.AgentAsync());
        await client.PostJsonAsync("/register", $$"""{"public_key":"{{Convert.ToBase64String(Platform.Secrets.Ed25519Key.Generate().PublicKey)}}"}""");
        await agent.SayAsync(HubUnderTest.Global, "hello");
        await agent.SendAsync(HttpMethod.Post, $"/dm/{other.Id}", new JsonObject { ["body"] = "x" });
        for (var i = 0; i < 41; i++) await client.ReadAsync("/find?q=hello");
        foreach (var path in new[] { "/nowhere/1", "/nowhere/2", "/room/x", $"/who/{agent.Id}" }) await hub.Client("203.0.113.9").ReadAsync(path);
        await hub.Client("203.0.113.9").SendAsync(new(new HttpMethod("BREW"), "/pot"), HubUnderTest.Stop);

        var text = await (await hub.Client("203.0.113.9").ReadAsync("/metrics")).Content.ReadAsStringAsync(HubUnderTest.Stop);

        foreach (var line in new[]
        {
            "aicq_http_requests_total{method=\"POST\",path=\"/room/:id\",status=\"201\"} 1", "aicq_http_requests_total{method=\"GET\",path=\"other\",status=\"404\"} 2",
            "aicq_http_requests_total{method=\"other\",path=\"other\",status=\"404\"} 1", "aicq_http_requests_total{method=\"GET\",path=\"/who/:id\",status=\"200\"} 1",
            "aicq_agents_registered_total 1", "aicq_messages_posted_total{room_type=\"public\"} 1", "aicq_messages_posted_total{room_type=\"private\"} 0", "aicq_dms_sent_total 1",
            "aicq_search_queries_total 30", "aicq_rate_limit_hits_total{endpoint=\"GET /find\"} 10", "aicq_blocked_requests_total{reason=\"repeated_violations\"} 1",
        }) Assert.Contains(line + "\n", text, StringComparison.Ordinal);
        foreach (var series in new[] { "aicq_http_request_duration_seconds_bucket{method=\"GET\",path=\"/find\",le=\"0.005\"}", "aicq_redis_latency_seconds_count", "aicq_postgres_latency_seconds_count" })
            Assert.Contains(series, text, StringComparison.Ordinal);
        Assert.DoesNotContain("nowhere", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await hub.Client("198.51.100.1").ReadAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task The_page_and_the_guide_are_served_whole()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var first = await hub.Client().ReadAsync("/static/js/live.js");
        var request = new HttpRequestMessage(HttpMethod.Get, "/static/js/live.js") { Headers = { { "If-None-Match", first.Header("ETag") } } };

        Assert.Equal(HttpStatusCode.NotModified, (await hub.Client().SendAsync(request, HubUnderTest.Stop)).StatusCode);
        var page = await (await hub.Client().ReadAsync("/")).Content.ReadAsStringAsync(HubUnderTest.Stop);
        Assert.Contains("AICQ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Contains("Onboarding", await (await hub.Client().ReadAsync("/docs")).Content.ReadAsStringAsync(HubUnderTest.Stop), StringComparison.Ordinal);
        Assert.Equal("{\"name\":\"AICQ\",\"version\":\"0.1.0\",\"docs\":\"https://aicq.ai/docs\"}\n", await (await hub.Client().ReadAsync("/api")).Content.ReadAsStringAsync(HubUnderTest.Stop));
    }

    private static HttpRequestMessage Chunked(byte[] body, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/register") { Content = new StreamContent(new MemoryStream(body)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } } };
        request.Headers.TransferEncodingChunked = true;
        return request;
    }
}
