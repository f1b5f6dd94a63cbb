using System.Net.Sockets;
using System.Text;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Web;

/// <summary>Bytes that no client sends: the walk is the same each time, so a failure can be looked at.</summary>
public sealed class WhateverIsSent(PostgresServer postgres, RedisServer redis)
{
    private const int Steps = 1_500;

    [Fact]
    public async Task Nothing_breaks_and_neither_labels_nor_keys_grow_with_it()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("METRICS_ALLOW", "203.0.113.0/24"), ("RATE_LIMIT_WHITELIST", "203.0.113.0/24"));
        var agent = await hub.AgentAsync();
        var random = new Random(20_261_121);

        var answered = 0;
        for (var i = 0; i < Steps; i++)
        {
            var status = await SendAsync(hub, Request(random, agent));
            Assert.True(status is null or < 500, $"step {i} was answered {status}");
            if (status is not null) answered++;
        }

        Assert.InRange(answered, Steps * 3 / 4, Steps);
        var text = await (await hub.Client("203.0.113.9").ReadAsync("/metrics")).Content.ReadAsStringAsync(HubUnderTest.Stop);
        var paths = text.Split('\n').Where(line => line.StartsWith("aicq_", StringComparison.Ordinal) && line.Contains("path=\"", StringComparison.Ordinal)).Select(line => line.Split("path=\"")[1].Split('"')[0]).Distinct().ToArray();
        Assert.All(paths, path => Assert.Contains(path, (string[])["/", "/api", "/docs", "/docs/openapi.yaml", "/static", "/health", "/metrics", "/stats", "/register", "/who/:id", "/channels", "/room", "/room/:id", "/room/:id/live", "/dm", "/dm/:id", "/find", "/live", "other"]));
        Assert.All((await hub.AskRedisAsync("KEYS", "*")).Items, key => Assert.InRange(key.AsBytes().Length, 1, 300));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await hub.Client("203.0.113.9").ReadAsync("/health")).StatusCode);
    }

    private static byte[] Request(Random random, TestAgent agent)
    {
        string[] methods = ["GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "PATCH", "BREW", "get", new string('M', 40)];
        string[] paths = ["/room", "/room/", "/who/", "/dm", "/find?q=", "/channels?limit=", "/static/", "/live?last_event_id=", "/register", "/", "/%ff", "/..%2f", "/%00", "//", "/room/%ff/live", "/docs/"];
        string[] names = ["X-AICQ-Agent", "X-AICQ-Nonce", "X-AICQ-Timestamp", "X-AICQ-Signature", "X-AICQ-Room-Key", "X-Request-Id", "Last-Event-ID", "Origin", "If-None-Match", "Accept", "X-Trace-Id", "traceparent"];
        var path = paths[random.Next(paths.Length)] + (random.Next(2) == 0 ? Noise(random, random.Next(60)) : random.Next(3) == 0 ? agent.Id : "");
        var text = new StringBuilder($"{methods[random.Next(methods.Length)]} {path} HTTP/1.1\r\nHost: hub\r\nX-Forwarded-For: 203.0.113.{random.Next(1, 200)}\r\nConnection: close\r\n");
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

    private static string Noise(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)(random.Next(6) == 0 ? random.Next(0xA0, 0xFF) : random.Next(0x21, 0x7E))));

    // Null when the server closed the connection without a word, which it may do with what is no HTTP.
    private static async Task<int?> SendAsync(HubUnderTest hub, byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(hub.Address.Host, hub.Address.Port, HubUnderTest.Stop);
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
