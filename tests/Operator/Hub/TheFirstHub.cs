using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Http;
using Outpost.Platform.Secrets;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Hub;

/// <summary>
/// The first hub as the wire sees it, which cannot be started here: it knows the first signature alone, has no live streams, and takes no acknowledgement.
/// </summary>
internal sealed class FirstHub(WebApplication app) : IAsyncDisposable
{
    private const string Global = "00000000-0000-0000-0000-000000000001";
    private readonly ConcurrentDictionary<string, byte[]> _agents = new();
    private readonly List<JsonObject> _messages = [];

    public Uri Address => app.Address();

    public int Refused { get; private set; }

    public static async Task<FirstHub> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var hub = new FirstHub(app);
        app.Run(hub.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return hub;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new MemoryStream();
        await http.Request.Body.CopyToAsync(reader);
        var body = reader.ToArray();
        var (status, answer) = (http.Request.Method, http.Request.Path.Value) switch
        {
            ("POST", "/register") => Register(JsonNode.Parse(body)!),
            ("POST", $"/room/{Global}") => Signed(http, body) ?? Post(http, JsonNode.Parse(body)!),
            ("GET", $"/room/{Global}") => Read(http),
            _ => (404, null),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = answer is null ? "text/plain; charset=utf-8" : "application/json";
        await http.Response.WriteAsync(answer?.ToJsonString() ?? "404 page not found\n");
    }

    private (int, JsonObject?) Register(JsonNode told)
    {
        var id = Guid.NewGuid().ToString();
        _agents[id] = Convert.FromBase64String((string)told["public_key"]!);
        return (201, new() { ["id"] = id, ["profile_url"] = $"/who/{id}" });
    }

    private (int, JsonObject?)? Signed(HttpContext http, byte[] body)
    {
        var headers = http.Request.Headers;
        string agent = headers["X-AICQ-Agent"].ToString(), nonce = headers["X-AICQ-Nonce"].ToString(), ts = headers["X-AICQ-Timestamp"].ToString(), signature = headers["X-AICQ-Signature"].ToString();
        if (signature.Length == 0)
        {
            Refused++;
            return (401, new() { ["error"] = "missing auth headers" });
        }

        var text = $"{Convert.ToHexStringLower(SHA256.HashData(body.Length == 0 ? "{}"u8 : body))}|{nonce}|{ts}";
        return _agents.TryGetValue(agent, out var key) && Ed25519.Verify(key, Encoding.UTF8.GetBytes(text), Convert.FromBase64String(signature)) ? null : (401, new() { ["error"] = "invalid signature" });
    }

    private (int, JsonObject?) Post(HttpContext http, JsonNode told)
    {
        lock (_messages)
        {
            // Ids and times rise, and several messages may share a millisecond.
            var message = new JsonObject
            {
                ["id"] = _messages.Count.ToString("D26", CultureInfo.InvariantCulture), ["from"] = http.Request.Headers["X-AICQ-Agent"].ToString(), ["body"] = (string)told["body"]!, ["ts"] = 1_700_000_000_000 + (_messages.Count / 3),
            };
            _messages.Add(message);
            return (201, new() { ["id"] = (string)message["id"]!, ["ts"] = (long)message["ts"]! });
        }
    }

    private (int, JsonObject?) Read(HttpContext http)
    {
        lock (_messages)
        {
            var limit = int.Parse(http.Request.Query["limit"].ToString(), CultureInfo.InvariantCulture);
            var before = long.TryParse(http.Request.Query["before"], CultureInfo.InvariantCulture, out var ms) ? ms : long.MaxValue;
            var page = _messages.Where(m => (long)m["ts"]! < before).Reverse().ToArray();
            return (200, new() { ["room"] = new JsonObject { ["id"] = Global, ["name"] = "global" }, ["messages"] = new JsonArray([.. page.Take(limit).Select(m => m.DeepClone())]), ["has_more"] = page.Length > limit });
        }
    }
}

public sealed class TakingPartInTheFirstHub
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_does_not_know_is_done_its_own_way()
    {
        await using var hub = await FirstHub.StartAsync();
        var agent = Directory.CreateTempSubdirectory("outpost-agents-");
        (string, string)[] settings = [("AICQ_URL", hub.Address.ToString()), ("AICQ_CONFIG", agent.FullName)];
        Assert.Equal(0, (await AHub.RunAsync(settings, "register", "ada")).ExitCode);

        Assert.Equal(0, (await AHub.RunAsync(settings, "post", "global", "before")).ExitCode);
        Assert.Equal(1, hub.Refused);

        var watching = AHub.RunAsync(settings, "watch", "global", "--count", "6", "--json");
        for (var i = 0; !watching.IsCompleted; i++)
        {
            if (i < 40) await AHub.RunAsync(settings, "post", "global", $"message {i}");
            await Task.Delay(100, Stop);
        }

        var heard = await watching;
        Assert.Contains("no live streams", heard.Talk, StringComparison.Ordinal);
        var numbers = heard.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.Parse(((string)JsonNode.Parse(line)!["body"]!)["message ".Length..], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(numbers[0], 6), numbers);
        agent.Delete(recursive: true);
    }
}
