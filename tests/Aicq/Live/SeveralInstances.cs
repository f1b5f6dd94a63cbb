using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Live;

public sealed class SeveralInstances(PostgresServer postgres, RedisServer redis)
{
    private const int Agents = 6, Readers = 4, Messages = 40;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task One_is_killed_and_nothing_that_was_acknowledged_is_lost_or_seen_twice(int instances)
    {
        var (database, store) = (await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", HubUnderTest.Stop), await redis.DatabaseAsync(HubUnderTest.Stop));
        // Never asked for anything: it registers agents and looks into the stores.
        await using var hub = await HubUnderTest.StartAsync(database, store);
        var agents = await Task.WhenAll(Enumerable.Range(0, Agents).Select(_ => hub.AgentAsync()));
        var hubs = await Task.WhenAll(Enumerable.Range(0, instances).Select(i => HubProcess.StartAsync(database, store, $"hub{i}")));
        await using var proxy = await Haproxy.StartAsync(hubs);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(HubUnderTest.Stop);
        var seen = Enumerable.Range(0, Readers).Select(_ => new ConcurrentQueue<string>()).ToArray();
        var opened = Enumerable.Range(0, Readers).Select(_ => new TaskCompletionSource()).ToArray();
        var reading = seen.Select((ids, i) => ReadAsync(proxy.Address, i % 2 == 0 ? "live" : $"room/{HubUnderTest.Global}/live", ids, opened[i], done.Token)).ToArray();
        await Task.WhenAll(opened.Select(o => o.Task));

        var acknowledged = new ConcurrentBag<string>();
        var half = new TaskCompletionSource();
        var posting = agents.Select(agent => PostAsync(proxy.Address, agent, acknowledged, half)).ToArray();
        await half.Task;
        await hubs[0].KillAsync();
        await Task.WhenAll(posting);

        Assert.Equal(Agents * Messages, acknowledged.Count);
        Assert.Equal(acknowledged.Count, acknowledged.Distinct().Count());
        var stored = (await hub.AskRedisAsync("ZRANGE", $"room:{HubUnderTest.Global}:messages", 0, -1)).Items.Select(m => (string)JsonNode.Parse(m.AsString()!)!["id"]!).ToArray();
        Assert.Empty(acknowledged.Except(stored));
        foreach (var ids in seen)
        {
            var since = System.Diagnostics.Stopwatch.GetTimestamp();
            while (ids.Count < stored.Length && System.Diagnostics.Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60)) await Task.Delay(20, HubUnderTest.Stop);
            Assert.Equal(stored, ids);
        }

        await done.CancelAsync();
        await Task.WhenAll(reading);
        foreach (var process in hubs) await process.DisposeAsync();
    }

    // A post that nobody answered is said again, as a client does: then it may stand there twice, but never not at all.
    private static async Task PostAsync(Uri proxy, TestAgent agent, ConcurrentBag<string> acknowledged, TaskCompletionSource half)
    {
        using var client = new HttpClient { BaseAddress = proxy };
        for (var i = 0; i < Messages;)
        {
            try
            {
                using var request = agent.Signing(HttpMethod.Post, $"/room/{HubUnderTest.Global}", $$"""{"body":"{{agent.Id}} {{i}}"}""", timestamp: TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
                using var answer = await client.SendAsync(request, HubUnderTest.Stop);
                if (answer.StatusCode != HttpStatusCode.Created)
                {
                    Assert.True(answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout, await answer.Content.ReadAsStringAsync(HubUnderTest.Stop));
                    continue;
                }

                acknowledged.Add((string)(await answer.JsonAsync(HttpStatusCode.Created))["id"]!);
                if (++i == Messages / 2) half.TrySetResult();
            }
            catch (HttpRequestException)
            {
                // The proxy had passed it on to the one that was killed.
            }
        }
    }

    // What EventSource does: comes back with the id of the last event it saw.
    private static async Task ReadAsync(Uri proxy, string path, ConcurrentQueue<string> ids, TaskCompletionSource opened, CancellationToken done)
    {
        using var client = new HttpClient { BaseAddress = proxy, Timeout = Timeout.InfiniteTimeSpan };
        string? last = null;
        while (!done.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                if (last is not null) request.Headers.Add("Last-Event-ID", last);
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, done);
                if (!answer.IsSuccessStatusCode) continue;

                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(done), Encoding.UTF8);
                string? id = null;
                while (await lines.ReadLineAsync(done) is { } line)
                {
                    if (line.StartsWith(": connected", StringComparison.Ordinal)) opened.TrySetResult();
                    else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
                    else if (line.StartsWith("data: ", StringComparison.Ordinal)) (last, _) = (id, Add(ids, line[6..]));
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // It comes back, unless it is done.
            }
        }
    }

    private static bool Add(ConcurrentQueue<string> ids, string data)
    {
        ids.Enqueue((string)JsonNode.Parse(data)!["id"]!);
        return true;
    }
}
