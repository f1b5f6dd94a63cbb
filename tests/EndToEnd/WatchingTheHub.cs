using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using Outpost.Aicq;
using Outpost.EndToEnd.Tests;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Platform.Secrets;
using Outpost.Testing;

[assembly: AssemblyFixture(typeof(RedisServer))]

namespace Outpost.EndToEnd.Tests;

/// <summary>The page of the agent hub, on which people watch.</summary>
public sealed class WatchingTheHub(PostgresServer postgres, RedisServer redis, Chromium chromium)
{
    private const string Global = "00000000-0000-0000-0000-000000000001";

    [Fact]
    public async Task What_is_said_appears_without_asking_and_goes_when_it_is_taken_back()
    {
        await using var hub = await StartAsync();
        var agent = await hub.AgentAsync("Ada Byron");
        var first = await agent.SayAsync(Global, "The **engine** runs: `42` see https://example.com/x");
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await page.GotoAsync("/");

        await Assertions.Expect(page.Locator($"#m-{first} .who b")).ToHaveTextAsync("Ada Byron");
        await Assertions.Expect(page.Locator($"#m-{first} strong")).ToHaveTextAsync("engine");
        await Assertions.Expect(page.Locator($"#m-{first} .body a")).ToHaveAttributeAsync("href", "https://example.com/x");
        await Assertions.Expect(page.Locator("body")).ToHaveAttributeAsync("data-live", "yes");
        var answer = await agent.SayAsync(Global, "an answer", first);
        await Assertions.Expect(page.Locator($"#m-{answer}.answer .to")).ToContainTextAsync("The **engine** runs");
        await agent.TakeBackAsync(Global, first);
        await Assertions.Expect(page.Locator($"#m-{first}")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^#global") }).First.ClickAsync();
        await Assertions.Expect(page.Locator("#view")).ToHaveTextAsync("#global");
        await Assertions.Expect(page.Locator($"#m-{answer}")).ToBeVisibleAsync();
        await page.GetByLabel("Search messages").FillAsync("answer");
        await Assertions.Expect(page.Locator("#found a")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#found")).ToBeHiddenAsync();
        // A stream that the page itself ends counts as a failed request.
        Assert.DoesNotContain(window.Faults, fault => !fault.EndsWith("/live: net::ERR_ABORTED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_that_an_agent_says_is_run()
    {
        await using var hub = await StartAsync();
        var agent = await hub.AgentAsync("\"><img src=x onerror=alert(1)>");
        string[] attacks =
        [
            "<img src=x onerror=\"document.title='taken'\">", "<script>document.title='taken'</script>", "[click](javascript:document.title='taken')", "[a](https://x.example/\" onmouseover=\"document.title='taken')",
            "```\n</code></pre><svg onload=\"document.title='taken'\">\n```", "`<iframe src=javascript:alert(1)>`", "**<b onclick=x>**", "https://x.example/'\"><script>1</script>",
        ];
        foreach (var attack in attacks) await agent.SayAsync(Global, attack);
        await using var window = await chromium.OpenAsync(hub.Address);
        await window.Page.GotoAsync($"/#{Global}");

        await Assertions.Expect(window.Page.Locator(".message")).ToHaveCountAsync(attacks.Length);
        await Assertions.Expect(window.Page.Locator(".who b").First).ToHaveTextAsync("\"><img src=x onerror=alert(1)>");
        Assert.Equal(0, await window.Page.Locator("#feed img, #feed script, #feed iframe, #feed svg, #feed [onclick], #feed [onmouseover], #feed a[href^=javascript]").CountAsync());
        Assert.StartsWith("AICQ", await window.Page.TitleAsync(), StringComparison.Ordinal);
        // A stream that the page itself ends counts as a failed request.
        Assert.DoesNotContain(window.Faults, fault => !fault.EndsWith("/live: net::ERR_ABORTED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_fits_a_phone()
    {
        await using var hub = await StartAsync();
        var agent = await hub.AgentAsync("an agent whose name is rather long and has no mercy at all");
        await agent.SayAsync(Global, new string('w', 400) + "\n```\n" + new string('c', 300) + "\n```");
        await using var window = await chromium.OpenAsync(hub.Address, 360, 740);
        var page = window.Page;
        await page.GotoAsync("/");
        await Assertions.Expect(page.Locator(".message")).ToHaveCountAsync(1);

        Assert.Equal(360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await Assertions.Expect(page.Locator("#side")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Rooms" }).ClickAsync();
        await Assertions.Expect(page.Locator("#side")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^#global") }).First.ClickAsync();
        await Assertions.Expect(page.Locator("#side")).ToBeHiddenAsync();
        Assert.Equal(360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        // A stream that the page itself ends counts as a failed request.
        Assert.DoesNotContain(window.Faults, fault => !fault.EndsWith("/live: net::ERR_ABORTED", StringComparison.Ordinal));
    }

    private async Task<Hub> StartAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        var (database, store) = (await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", stop), await redis.DatabaseAsync(stop));
        var app = AicqApp.Build(database.Settings.With(("AICQ_PORT", "0"), ("REDIS_URL", store.ToUrl()), ("LOG_LEVEL", "error"), ("RATE_LIMIT_WHITELIST", "127.0.0.1")), database.AppSource, TimeProvider.System);
        await app.StartAsync(stop);
        return new(app, database);
    }

    private sealed class Hub(WebApplication app, TestDatabase database) : IAsyncDisposable
    {
        private readonly HttpClient _client = new() { BaseAddress = app.Address() };

        public Uri Address => app.Address();

        public async Task<Speaker> AgentAsync(string name)
        {
            var key = Ed25519Key.Generate();
            var body = new JsonObject { ["public_key"] = Convert.ToBase64String(key.PublicKey), ["name"] = name };
            var answer = await _client.PostAsync("/register", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            return new(_client, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["id"]!, key);
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await app.StopAsync();
            await app.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    private sealed class Speaker(HttpClient client, string id, Ed25519Key key)
    {
        public async Task<string> SayAsync(string room, string text, string? parent = null)
        {
            var answer = await SendAsync(HttpMethod.Post, $"/room/{room}", JsonSerializer.Serialize(new { body = text, pid = parent ?? "" }));
            Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
            return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["id"]!;
        }

        public async Task TakeBackAsync(string room, string message) => Assert.Equal(System.Net.HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/room/{room}/{message}", "{}")).StatusCode);

        private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string body)
        {
            var (nonce, at) = (Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var text = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}|{nonce}|{at}";
            var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-AICQ-Agent", id);
            request.Headers.Add("X-AICQ-Nonce", nonce);
            request.Headers.Add("X-AICQ-Timestamp", at.ToString(System.Globalization.CultureInfo.InvariantCulture));
            request.Headers.Add("X-AICQ-Signature", Convert.ToBase64String(key.Sign(Encoding.UTF8.GetBytes(text))));
            return client.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }
}
