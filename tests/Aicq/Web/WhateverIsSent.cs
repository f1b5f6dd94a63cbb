using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Aicq.Tests.Live;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Web;

/// <summary>Bytes that no client sends: the walk is the same each time, so a failure can be looked at.</summary>
public sealed class WhateverIsSent(PostgresServer postgres, RedisServer redis)
{
    private const int Steps = 1_500;

    private static readonly string[] Paths =
    [
        "/", "/api", "/docs", "/docs/openapi.yaml", "/static", "/health", "/metrics", "/stats", "/register", "/who/:id", "/channels", "/room", "/room/:id", "/room/:id/live", "/dm", "/dm/:id", "/find", "/live", "other",
    ];

    private static readonly string[] Methods = ["GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "PATCH", "other"];

    [Fact]
    public async Task Nothing_breaks_and_neither_labels_nor_keys_nor_the_log_grow_with_it()
    {
        // Never asked for anything: it registers an agent and looks into the stores.
        await using var stores = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await stores.AgentAsync();
        await using var hub = await HubProcess.StartAsync(
            stores.Database, stores.RedisUrl, "fuzzed", ("METRICS_ALLOW", "203.0.113.0/24"), ("RATE_LIMIT_WHITELIST", "203.0.113.0/25"), ("LOG_LEVEL", "info"));
        var random = new Random(20_261_121);

        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < Steps; i++)
        {
            var status = await SendAsync(hub.Port, Request(random, agent));
            Assert.True(status is null or < 500, $"step {i} was answered {status}");
            if (status is { } told) statuses[told] = statuses.GetValueOrDefault(told) + 1;
        }

        var answered = statuses.Values.Sum();
        Assert.InRange(answered, Steps * 3 / 4, Steps);
        // They came everywhere, and were not all turned away at the door.
        Assert.All((int[])[200, 400, 401, 404, 405], status => Assert.True(statuses.ContainsKey(status), $"nothing was answered {status}"));
        Assert.InRange(statuses[400], 1, Steps * 2 / 3);
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{hub.Port}/"), DefaultRequestHeaders = { { "X-Forwarded-For", "203.0.113.9" } } };
        var text = await client.GetStringAsync(new Uri("metrics", UriKind.Relative), HubUnderTest.Stop);
        Assert.All(Labels(text, "path"), path => Assert.Contains(path, Paths));
        Assert.All(Labels(text, "method"), method => Assert.Contains(method, Methods));
        Assert.All(Labels(text, "endpoint"), endpoint => Assert.Matches("^[A-Za-z /:-]{3,20}$", endpoint));
        var keys = (await stores.AskRedisAsync("KEYS", "*")).Items;
        Assert.All(keys, key => Assert.InRange(key.AsBytes().Length, 1, 300));
        // Counters of two hundred addresses and what the hub keeps for itself; each counter ends with its window.
        Assert.InRange(keys.Length, 1, 1_000);
        foreach (var key in keys) Assert.True((await stores.AskRedisAsync("PTTL", key.AsBytes())).AsLong() > 0, $"{key.AsString()} has no end");
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("/health")).StatusCode);

        // One line for each answer, and what is warned of is told a few times only, whatever was sent.
        var (lines, bytes, longest) = hub.Log;
        Assert.InRange(lines, answered / 2, (Steps * 2) + 100);
        Assert.InRange(longest, 1, 4_000);
        Assert.InRange(bytes, 1, Steps * 1_000);
    }

    [Fact]
    public async Task Whatever_bytes_an_agent_says_come_back_as_text()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("RATE_LIMIT_WHITELIST", "198.51.0.0/16"));
        var agents = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => hub.AgentAsync()));
        var random = new Random(20_261_122);
        var said = new Dictionary<string, string>();
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            // What ends a text of JSON, or may not stand in one, is another test's.
            for (var b = 0; b < bytes.Length; b++) bytes[b] = (random.Next(3) == 0 ? bytes[b] : (byte)(bytes[b] & 0x7F)) is >= 0x20 and not ((byte)'"' or (byte)'\\') and var usable ? usable : (byte)'.';
            var answer = await agents[i % 10].Client.SendAsync(Signed(hub, agents[i % 10], [.. "{\"body\":\""u8, .. bytes, .. "\"}"u8]), HubUnderTest.Stop);
            said[(string)(await answer.JsonAsync(HttpStatusCode.Created))["id"]!] = Encoding.UTF8.GetString(bytes);
        }

        // A reader that takes nothing but UTF-8.
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        string? next = null;
        do
        {
            var page = await hub.Client("198.51.100.7").ReadAsync($"/room/{HubUnderTest.Global}?limit=200&cursor={next}");
            var room = JsonNode.Parse(strict.GetString(await page.Content.ReadAsByteArrayAsync(HubUnderTest.Stop)))!;
            foreach (var message in room["messages"]!.AsArray()) if (said.Remove((string)message!["id"]!, out var expected)) Assert.Equal(expected, (string?)message["body"]);
            var last = room["messages"]!.AsArray()[^1]!;
            next = (bool)room["has_more"]! ? $"{last["ts"]}-{last["id"]}" : null;
        }
        while (next is not null);
        Assert.Empty(said);
    }

    private static IEnumerable<string> Labels(string text, string name) => text.Split('\n')
        .Where(line => line.StartsWith("aicq_", StringComparison.Ordinal) && line.Contains($"{name}=\"", StringComparison.Ordinal))
        .Select(line => line.Split($"{name}=\"")[1].Split('"')[0]).Distinct();

    private static HttpRequestMessage Signed(HubUnderTest hub, TestAgent agent, byte[] body)
    {
        var (nonce, at) = (TestAgent.NewNonce(), hub.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        return new(HttpMethod.Post, $"/room/{HubUnderTest.Global}")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            Headers =
            {
                { "X-AICQ-Agent", agent.Id }, { "X-AICQ-Nonce", nonce }, { "X-AICQ-Timestamp", at.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                { "X-AICQ-Signature", Convert.ToBase64String(agent.Key.Sign(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(body))}|{nonce}|{at}"))) },
            },
        };
    }

    private static byte[] Request(Random random, TestAgent agent)
    {
        string[] methods = ["GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "PATCH", "BREW", "get", new string('M', 40)];
        string[] paths = ["/room", "/room/", "/who/", "/dm", "/find?q=", "/channels?limit=", "/static/", "/live?last_event_id=", "/register", "/", "/%ff", "/..%2f", "/%00", "//", "/room/%ff/live", "/docs/"];
        string[] names = ["X-AICQ-Agent", "X-AICQ-Nonce", "X-AICQ-Timestamp", "X-AICQ-Signature", "X-AICQ-Room-Key", "X-Request-Id", "Last-Event-ID", "Origin", "If-None-Match", "Accept", "X-Trace-Id", "traceparent"];
        var path = paths[random.Next(paths.Length)] + (random.Next(2) == 0 ? Noise(random, random.Next(60)) : random.Next(3) == 0 ? agent.Id : "");
        var method = random.Next(4) == 0 ? new string([.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next('A', 'Z' + 1))]) : methods[random.Next(methods.Length)];
        var text = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: hub\r\nX-Forwarded-For: 203.0.113.{random.Next(1, 200)}\r\nConnection: close\r\n");
        foreach (var name in names)
        {
            if (random.Next(3) == 0) text.Append(name).Append(": ").Append(random.Next(4) == 0 ? Noise(random, 2_000) : Noise(random, random.Next(1, 60))).Append("\r\n");
        }

        var body = new byte[random.Next(3) == 0 ? random.Next(400) : 0];
        random.NextBytes(body);
        if (body.Length > 0 && random.Next(2) == 0) body = Encoding.UTF8.GetBytes($"{{\"body\":\"{Noise(random, 20).Replace('"', 'x')}\",\"public_key\":\"\\ud800\",\"name\":[[[[1e999]]]]}}");
        if (body.Length > 0) text.Append($"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        return [.. Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()), .. body];
    }

    // Bytes beyond ASCII make the server refuse the whole request at its door, so only some have them.
    private static string Noise(Random random, int length)
    {
        var isWild = random.Next(8) == 0;
        return string.Concat(Enumerable.Range(0, length).Select(_ => (char)(isWild && random.Next(6) == 0 ? random.Next(0xA0, 0xFF) : random.Next(0x21, 0x7E))));
    }

    // Null when the server closed the connection without a word, which it may do with what is no HTTP.
    private static async Task<int?> SendAsync(int port, byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, HubUnderTest.Stop);
        var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(request, HubUnderTest.Stop);
            var head = new byte[12];
            await stream.ReadExactlyAsync(head, HubUnderTest.Stop);
            return int.Parse(Encoding.ASCII.GetString(head, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
