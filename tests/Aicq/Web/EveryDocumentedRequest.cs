using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Outpost.Platform.Secrets;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Web;

/// <summary>Each documented request once, as a client sends it: its status, its headers, and its body byte by byte, but for ids that are made up anew each time.</summary>
public sealed partial class EveryDocumentedRequest(PostgresServer postgres, RedisServer redis)
{
    private const string Json = "application/json", PublicKey = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

    private static readonly long Now = HubUnderTest.Start.ToUnixTimeMilliseconds();

    private readonly HashSet<string> _driven = [];

    [Fact]
    public async Task Is_answered_as_documented()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("METRICS_ALLOW", "203.0.113.0/24"));
        // The migration has made the first room by the machine's own clock.
        await hub.SqlAsync("update rooms set last_active_at = $1", HubUnderTest.Start.UtcDateTime);
        var anyone = hub.Client();
        using var key = new Ed25519Key([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var registering = new HttpRequestMessage(HttpMethod.Post, "/register") { Content = Body($$"""{"public_key":"{{PublicKey}}","name":"Ada","email":"ada@example.com"}""") };
        var registered = await DriveAsync("POST /register", anyone, registering, 201, Json, new(10, 9, 3600), """{"id":"<uuid>","profile_url":"/who/<uuid>"}""");
        var id = Uuids().Match(registered).Value;
        var agent = new TestAgent(hub, Guid.Parse(id), key);
        HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);
        Task<string> SignedAsync(string operation, string path, string body, int status, Window window, string answer) =>
            DriveAsync(operation, agent.Client, agent.Signing(new(operation.Split(' ')[0]), path, body), status, status == 204 ? null : Json, window, answer);

        await DriveAsync("GET /who/{id}", anyone, Get($"/who/{id}"), 200, Json, new(100, 99, 60), $$"""{"id":"<uuid>","name":"Ada","public_key":"{{PublicKey}}","joined_at":"2026-11-21T15:00:00Z"}""");
        var made = await SignedAsync("POST /room", "/room", """{"name":"atelier"}""", 201, new(10, 9, 3600), """{"id":"<uuid>","name":"atelier","is_private":false}""");
        var said = Id(await SignedAsync("POST /room/{id}", $"/room/{HubUnderTest.Global}", """{"body":"hello <all> & welcome"}""", 201, new(30, 29, 60), $$"""{"id":"<ulid>","ts":{{Now}}}"""));
        var answered = Id(await SignedAsync("POST /room/{id}", $"/room/{HubUnderTest.Global}", $$"""{"body":"thank you","pid":"{{said}}"}""", 201, new(30, 28, 60), $$"""{"id":"<ulid>","ts":{{Now}}}"""));
        await DriveAsync("GET /room/{id}", anyone, Get($"/room/{HubUnderTest.Global}"), 200, Json, new(120, 119, 60),
            $$"""{"room":{"id":"<global>","name":"global"},"messages":[{"id":"<ulid>","from":"<uuid>","body":"thank you","pid":"<ulid>","ts":{{Now}}},{"id":"<ulid>","from":"<uuid>","body":"hello \u003call\u003e \u0026 welcome","ts":{{Now}}}],"has_more":false}""");
        await DriveAsync("GET /room/{id}", anyone, Get($"/room/{HubUnderTest.Global}?limit=1"), 200, Json, new(120, 118, 60),
            $$"""{"room":{"id":"<global>","name":"global"},"messages":[{"id":"<ulid>","from":"<uuid>","body":"thank you","pid":"<ulid>","ts":{{Now}}}],"has_more":true}""");
        await DriveAsync("GET /channels", anyone, Get("/channels"), 200, Json, new(60, 59, 60),
            """{"channels":[{"id":"<global>","name":"global","message_count":2,"last_active":"2026-11-21T15:00:00Z"},{"id":"<uuid>","name":"atelier","message_count":0,"last_active":"2026-11-21T15:00:00Z"}],"total":2}""");
        await DriveAsync("GET /find", anyone, Get("/find?q=Welcome"), 200, Json, new(30, 29, 60),
            $$"""{"query":"Welcome","results":[{"id":"<ulid>","room_id":"<global>","room_name":"global","from":"<uuid>","body":"hello \u003call\u003e \u0026 welcome","ts":{{Now}}}],"total":1}""");
        await DriveAsync("GET /stats", anyone, Get("/stats"), 200, Json, null,
            $$"""{"total_agents":1,"total_channels":2,"total_messages":2,"last_activity":"just now","top_channels":[{"id":"<global>","name":"global","message_count":2},{"id":"<uuid>","name":"atelier","message_count":0}],"recent_messages":[{"id":"<ulid>","agent_id":"<uuid>","agent_name":"Ada","body":"thank you","timestamp":{{Now}}},{"id":"<ulid>","agent_id":"<uuid>","agent_name":"Ada","body":"hello \u003call\u003e \u0026 welcome","timestamp":{{Now}}}]}""");

        var sealedMessage = Id(await SignedAsync("POST /dm/{id}", $"/dm/{id}", """{"body":"c2VhbGVk"}""", 201, new(60, 59, 60), $$"""{"id":"<ulid>","ts":{{Now}}}"""));
        await SignedAsync("GET /dm", "/dm?limit=5", "", 200, new(60, 59, 60), $$"""{"messages":[{"id":"<ulid>","from":"<uuid>","body":"c2VhbGVk","ts":{{Now}}}]}""");
        await SignedAsync("DELETE /dm/{id}", $"/dm/{sealedMessage}", "{}", 204, new(60, 59, 60), "");
        var another = Id(await SignedAsync("POST /dm/{id}", $"/dm/{id}", """{"body":"YWdhaW4="}""", 201, new(60, 58, 60), $$"""{"id":"<ulid>","ts":{{Now}}}"""));
        await SignedAsync("DELETE /dm", $"/dm?through={another}", "", 204, new(60, 58, 60), "");
        await SignedAsync("GET /dm", "/dm", "{}", 200, new(60, 58, 60), """{"messages":[]}""");

        await StreamAsync("GET /live", anyone, "/live", 59);
        await StreamAsync("GET /room/{id}/live", anyone, $"/room/{Uuids().Match(made).Value}/live", 58);
        await SignedAsync("DELETE /room/{id}/{msgId}", $"/room/{HubUnderTest.Global}/{answered}", "{}", 204, new(30, 29, 60), "");
        await DriveAsync("GET /room/{id}", anyone, Get($"/room/{HubUnderTest.Global}"), 200, Json, new(120, 117, 60),
            $$"""{"room":{"id":"<global>","name":"global"},"messages":[{"id":"<ulid>","from":"<uuid>","body":"hello \u003call\u003e \u0026 welcome","ts":{{Now}}}],"has_more":false}""");

        await DriveAsync("GET /health", anyone, Get("/health"), 200, Json, null,
            """{"status":"healthy","version":"0.1.0","checks":{"postgres":{"status":"pass","latency":"<latency>"},"redis":{"status":"pass","latency":"<latency>"}},"timestamp":"2026-11-21T15:00:00Z"}""");
        await DriveAsync("GET /api", anyone, Get("/api"), 200, Json, null, """{"name":"AICQ","version":"0.1.0","docs":"https://aicq.ai/docs"}""");
        Assert.Contains("AICQ", await DriveAsync("GET /", anyone, Get("/"), 200, "text/html", null, null), StringComparison.Ordinal);
        Assert.Contains("Onboarding", await DriveAsync("GET /docs", anyone, Get("/docs"), 200, "text/markdown", null, null), StringComparison.Ordinal);
        Assert.StartsWith("openapi:", await DriveAsync("GET /docs/openapi.yaml", anyone, Get("/docs/openapi.yaml"), 200, "application/yaml", null, null), StringComparison.Ordinal);
        Assert.Contains("<svg", await DriveAsync("GET /static/{name}", anyone, Get("/static/favicon.svg"), 200, "image/svg+xml", null, null), StringComparison.Ordinal);
        Assert.Contains("aicq_http_requests_total", await DriveAsync("GET /metrics", anyone, Get("/metrics"), 200, "text/plain", null, null), StringComparison.Ordinal);
        foreach (var (operation, path, type) in new[] { ("HEAD /static/{name}", "/static/favicon.svg", "image/svg+xml"), ("HEAD /health", "/health", Json), ("HEAD /metrics", "/metrics", "text/plain") })
            await DriveAsync(operation, anyone, new(HttpMethod.Head, path), 200, type, null, "");

        Assert.Equal(TheDescriptionOfTheApi.Operations().Select(o => $"{o.Method} {o.Path}").Order(StringComparer.Ordinal), _driven.Order(StringComparer.Ordinal));
    }

    private static StringContent Body(string json) => new(json, new MediaTypeHeaderValue(Json));

    private static string Id(string posted) => (string)JsonNode.Parse(posted)!["id"]!;

    /// <returns>The body as it came.</returns>
    private async Task<string> DriveAsync(string operation, HttpClient client, HttpRequestMessage request, int status, string? type, Window? window, string? expected)
    {
        _driven.Add(operation);
        request.Headers.Add("Origin", "https://example.com");
        using var answer = await client.SendAsync(request, HubUnderTest.Stop);
        var body = await answer.Content.ReadAsStringAsync(HubUnderTest.Stop);
        Assert.True((int)answer.StatusCode == status, $"{operation}: {(int)answer.StatusCode} {body}");
        CheckHeaders(operation, answer, type, window);
        if (expected is not null) Assert.Equal(expected, Plain(body).TrimEnd('\n'));
        if (expected is not null && status != 204 && request.Method != HttpMethod.Head) Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(body), answer.Content.Headers.ContentLength);
        return body;
    }

    private async Task StreamAsync(string operation, HttpClient client, string path, int left)
    {
        _driven.Add(operation);
        await using var stream = await LiveReaderAsync(client, path);
        CheckHeaders(operation, stream.Answer, "text/event-stream", new(60, left, 60));
        Assert.Equal("no-store", stream.Answer.Header("Cache-Control"));
    }

    private static Task<Live.LiveReader> LiveReaderAsync(HttpClient client, string path) => Live.LiveReader.OpenAsync(client, path, null, ("Origin", "https://example.com"));

    private static void CheckHeaders(string operation, HttpResponseMessage answer, string? type, Window? window)
    {
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        string Whole(string name) => answer.Header(name) ?? "";
        Assert.Equal(
            ("nosniff", "DENY", "1; mode=block", "strict-origin-when-cross-origin", "max-age=31536000; includeSubDomains", "*", "Origin"),
            (Whole("X-Content-Type-Options"), Whole("X-Frame-Options"), Whole("X-XSS-Protection"), Whole("Referrer-Policy"), Whole("Strict-Transport-Security"), Whole("Access-Control-Allow-Origin"), Whole("Vary")));
        Assert.Equal("Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After", Whole("Access-Control-Expose-Headers"));
        if (operation is "GET /" or "GET /static/{name}" or "HEAD /static/{name}") Assert.Contains("script-src 'self'", Whole("Content-Security-Policy"), StringComparison.Ordinal);
        else Assert.Equal("default-src 'none'", Whole("Content-Security-Policy"));
        Assert.Null(answer.Header("Server"));
        string? Told(long? number) => number?.ToString(CultureInfo.InvariantCulture);
        Assert.Equal((operation, Told(window?.Limit), Told(window?.Left)), (operation, answer.Header("X-RateLimit-Limit"), answer.Header("X-RateLimit-Remaining")));
        Assert.Equal(window is null ? null : Told((Now / 1000) + window.Seconds), answer.Header("X-RateLimit-Reset"));
    }

    private static string Plain(string body) =>
        Latencies().Replace(Ulids().Replace(Uuids().Replace(body.Replace(HubUnderTest.Global, "<global>", StringComparison.Ordinal), "<uuid>"), "\"<ulid>\""), "\"latency\":\"<latency>\"");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuids();

    [GeneratedRegex("\"[0-7][0-9A-HJKMNP-TV-Z]{25}\"")]
    private static partial Regex Ulids();

    [GeneratedRegex("\"latency\":\"[0-9.]+(µs|ms|s)\"")]
    private static partial Regex Latencies();

    private sealed record Window(int Limit, int Left, int Seconds);
}
