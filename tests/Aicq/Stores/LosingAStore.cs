using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Stores;

public sealed class LosingAStore(PostgresServer postgres, RedisServer redis)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_Redis_everything_that_needs_it_says_so_and_comes_back_by_itself()
    {
        await using var own = await RedisProcess.StartAsync(settings: "appendonly yes\nappendfsync always");
        await using var hub = await HubUnderTest.StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), own.Url);
        var agent = await hub.AgentAsync();
        await agent.SayAsync(HubUnderTest.Global, "kudu");
        await own.KillAsync();

        foreach (var path in new[] { "/channels", "/stats", "/find?q=kudu", $"/room/{HubUnderTest.Global}", $"/who/{agent.Id}", "/live", $"/room/{HubUnderTest.Global}/live" })
            await UnavailableAsync(await hub.Client().ReadAsync(path));
        await UnavailableAsync(await agent.PostAsync(HubUnderTest.Global, "lost"));
        await UnavailableAsync(await agent.SendAsync(HttpMethod.Get, "/dm"));
        await UnavailableAsync(await agent.SendAsync(HttpMethod.Post, "/room", new JsonObject { ["name"] = "r" }));
        await UnavailableAsync(await hub.Client().PostJsonAsync("/register", "null"));
        foreach (var path in new[] { "/", "/api", "/docs", "/static/js/live.js" }) Assert.Equal(HttpStatusCode.OK, (await hub.Client().ReadAsync(path)).StatusCode);
        var health = await (await hub.Client().ReadAsync("/health")).JsonAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(("degraded", "pass"), ((string?)health["status"], (string?)health["checks"]!["postgres"]!["status"]));
        Assert.Equal("""{"status":"fail","message":"connection failed"}""", health["checks"]!["redis"]!.ToJsonString());

        await own.StartAgainAsync();
        await EventuallyAsync(async () => (await hub.Client().ReadAsync($"/room/{HubUnderTest.Global}")).StatusCode == HttpStatusCode.OK);
        Assert.Equal("kudu", (string?)(await (await hub.Client().ReadAsync("/find?q=kudu")).JsonAsync())["results"]![0]!["body"]);
        await agent.SayAsync(HubUnderTest.Global, "again");
    }

    [Fact]
    public async Task A_Redis_that_is_frozen_makes_nobody_wait_once_that_was_noticed()
    {
        await using var own = await RedisProcess.StartAsync();
        await using var hub = await HubUnderTest.StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), own.Url);
        var agent = await hub.AgentAsync();
        await agent.SayAsync(HubUnderTest.Global, "kudu");
        await own.PauseAsync();

        // All of this is answered while nothing of Redis moves: the first has to find out, the others know.
        await UnavailableAsync(await hub.Client().ReadAsync("/channels"));
        string[] paths = ["/channels", "/stats", "/find?q=kudu", $"/room/{HubUnderTest.Global}", $"/who/{agent.Id}", "/live", $"/room/{HubUnderTest.Global}/live"];
        await AtOnceAsync("Redis frozen", i => i % 8 == 7 ? agent.PostAsync(HubUnderTest.Global, "lost") : hub.Client().ReadAsync(paths[i % 8]));
        Assert.Equal(HttpStatusCode.OK, (await hub.Client().ReadAsync("/")).StatusCode);

        await own.ResumeAsync();
        await EventuallyAsync(async () => (await hub.Client().ReadAsync($"/room/{HubUnderTest.Global}")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(["kudu"], (await (await hub.Client().ReadAsync("/find?q=kudu")).JsonAsync())["results"]!.AsArray().Select(found => (string?)found!["body"]));
        await agent.SayAsync(HubUnderTest.Global, "again");
    }

    [Fact]
    public async Task A_PostgreSQL_that_is_frozen_makes_nobody_wait_once_that_was_noticed()
    {
        await using var own = new PostgresServer();
        await using var hub = await HubUnderTest.StartAsync(await own.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), await redis.DatabaseAsync(Stop));
        var (known, unknown) = (await hub.AgentAsync(), await hub.AgentAsync());
        await known.SayAsync(HubUnderTest.Global, "before");
        var backends = (int[])(await hub.ValueAsync("select array_agg(pid) from pg_stat_activity where datname = current_database()"))!;
        var postmaster = int.Parse(((string)(await hub.ValueAsync("select pg_read_file('postmaster.pid')"))!).Split('\n')[0], CultureInfo.InvariantCulture);
        int[] all = [postmaster, .. backends];
        await SignalAsync("-STOP", all);
        try
        {
            await UnavailableAsync(await unknown.PostAsync(HubUnderTest.Global, "lost"));
            var key = $$"""{"public_key":"{{Convert.ToBase64String(unknown.Key.PublicKey)}}"}""";
            await AtOnceAsync("PostgreSQL frozen", i => (i % 4) switch
            {
                0 => unknown.PostAsync(HubUnderTest.Global, "lost"),
                1 => hub.Client().ReadAsync($"/who/{unknown.Id}"),
                2 => hub.Client($"203.0.113.{i}").PostJsonAsync("/register", key),
                _ => hub.Client().ReadAsync($"/room/{unknown.Id}"),
            });
            await known.SayAsync(HubUnderTest.Global, "meanwhile");
        }
        finally
        {
            await SignalAsync("-CONT", all);
        }

        await EventuallyAsync(async () => (await hub.Client().ReadAsync("/stats")).StatusCode == HttpStatusCode.OK);
        await unknown.SayAsync(HubUnderTest.Global, "after");
        await EventuallyAsync(async () => await CountAsync(hub) >= 3);
        Assert.Equal(3, await CountAsync(hub));
    }

    [Fact]
    public async Task A_store_that_is_gone_is_told_at_once()
    {
        await using var own = await RedisProcess.StartAsync();
        await using var hub = await HubUnderTest.StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), own.Url);
        var agent = await hub.AgentAsync();
        await agent.SayAsync(HubUnderTest.Global, "kudu");
        await own.KillAsync();

        await AtOnceAsync("Redis refused", i => i % 2 == 0 ? hub.Client().ReadAsync("/channels") : agent.PostAsync(HubUnderTest.Global, "lost"));
    }

    [Fact]
    public async Task A_Redis_that_is_full_refuses_what_it_cannot_keep_and_nothing_else()
    {
        await using var own = await RedisProcess.StartAsync(settings: "maxmemory-policy noeviction");
        await using var hub = await HubUnderTest.StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), own.Url, ("RATE_LIMIT_WHITELIST", "203.0.113.0/24"));
        var agent = await hub.AgentAsync();
        await agent.SayAsync(HubUnderTest.Global, "kept");
        await hub.AskRedisAsync("CONFIG", "SET", "maxmemory", "100kb");

        await UnavailableAsync(await agent.PostAsync(HubUnderTest.Global, "too much"));
        Assert.Single((await (await hub.Client().ReadAsync($"/room/{HubUnderTest.Global}")).JsonAsync())["messages"]!.AsArray());

        await hub.AskRedisAsync("CONFIG", "SET", "maxmemory", "0");
        await agent.SayAsync(HubUnderTest.Global, "room again");
    }

    [Fact]
    public async Task Without_PostgreSQL_what_is_known_goes_on_and_the_rest_says_so_and_comes_back_by_itself()
    {
        await using var own = new PostgresServer();
        await using var hub = await HubUnderTest.StartAsync(await own.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), await redis.DatabaseAsync(Stop));
        var (known, unknown) = (await hub.AgentAsync(), await hub.AgentAsync());
        await known.SayAsync(HubUnderTest.Global, "before");
        var socket = Path.Combine(new NpgsqlConnectionStringBuilder(hub.Database.AppSource.ConnectionString).Host!, ".s.PGSQL.5432");
        File.Move(socket, socket + ".away");
        await hub.ValueAsync("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");

        await UnavailableAsync(await unknown.PostAsync(HubUnderTest.Global, "lost"));
        await UnavailableAsync(await hub.Client().ReadAsync("/channels"));
        await UnavailableAsync(await hub.Client().ReadAsync("/stats"));
        await UnavailableAsync(await hub.Client().ReadAsync($"/who/{unknown.Id}"));
        await UnavailableAsync(await hub.Client().PostJsonAsync("/register", $$"""{"public_key":"{{Convert.ToBase64String(unknown.Key.PublicKey)}}"}"""));
        await known.SayAsync(HubUnderTest.Global, "meanwhile");
        var health = await (await hub.Client("203.0.113.9").ReadAsync("/health")).JsonAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(("fail", "pass"), ((string?)health["checks"]!["postgres"]!["status"], (string?)health["checks"]!["redis"]!["status"]));

        File.Move(socket + ".away", socket);
        await EventuallyAsync(async () => (await hub.Client().ReadAsync("/stats")).StatusCode == HttpStatusCode.OK);
        await unknown.SayAsync(HubUnderTest.Global, "after");
        // What was counted meanwhile is carried over, and once.
        await EventuallyAsync(async () => await CountAsync(hub) >= 3);
        Assert.Equal(3, await CountAsync(hub));
    }

    [Fact]
    public async Task A_cluster_of_Redis_is_refused_before_anybody_is_served()
    {
        await using var own = await RedisProcess.StartAsync(settings: "databases 1\ncluster-enabled yes");

        var refused = await Assert.ThrowsAsync<SettingsException>(async () =>
            await HubUnderTest.StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), own.Url));

        Assert.Contains("REDIS_URL leads to a Redis Cluster", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Fix: set it to a Redis that is no cluster", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_starts_without_its_Redis_says_so_and_serves_when_it_is_there()
    {
        await using var own = await RedisProcess.StartAsync();
        await own.KillAsync();
        await using var hub = await HubUnderTest.StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), own.Url);

        await UnavailableAsync(await hub.Client().ReadAsync("/channels"));
        await own.StartAgainAsync();

        await EventuallyAsync(async () => (await hub.Client().ReadAsync("/channels")).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_batch_that_somebody_left_behind_is_carried_over_once()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var (batch, ts) = (Guid.NewGuid().ToString(), new DateTimeOffset(2126, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());
        // It was added, and whoever did so was killed before saying so.
        await hub.SqlAsync("insert into activity_batches (id) values ($1)", Guid.Parse(batch));
        await hub.AskRedisAsync("HSET", "rooms:activity:claimed", "batch", batch, $"{HubUnderTest.Global}:n", "100", $"{HubUnderTest.Global}:t", ts);
        await hub.AskRedisAsync("HSET", "rooms:activity", $"{HubUnderTest.Global}:n", "7", $"{HubUnderTest.Global}:t", ts);

        var channel = (await (await hub.Client().ReadAsync("/channels")).JsonAsync())["channels"]![0]!;

        Assert.Equal((7, "2126-01-01T00:00:00Z"), ((int)channel["message_count"]!, (string?)channel["last_active"]));
        Assert.Equal(0, (await hub.AskRedisAsync("EXISTS", "rooms:activity", "rooms:activity:claimed")).AsLong());
    }

    // A list may be a second old, and nobody may ask for it more than once a second: between two looks pass two.
    private static async Task<int> CountAsync(HubUnderTest hub)
    {
        hub.Clock.Advance(TimeSpan.FromSeconds(2));
        return (int)(await (await hub.Client().ReadAsync("/channels")).JsonAsync())["channels"]![0]!["message_count"]!;
    }

    private static async Task UnavailableAsync(HttpResponseMessage answer)
    {
        await answer.RefusedAsync(HttpStatusCode.ServiceUnavailable, "temporarily unavailable");
        Assert.Equal("1", answer.Header("Retry-After"));
    }

    // Half of so many within 100 ms: on a machine that does other things too, single ones may take longer for reasons of its own.
    private static async Task AtOnceAsync(string what, Func<int, Task<HttpResponseMessage>> ask)
    {
        var took = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            var answer = await ask(i);
            took.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
            await UnavailableAsync(answer);
        }

        var told = string.Create(CultureInfo.InvariantCulture, $"{what}: refused in {took.Order().ElementAt(20):0.0} ms, the first in {took[0]:0.0}, the slowest in {took.Max():0.0}");
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(took.Order().ElementAt(20) < 100, told);
    }

    private static async Task SignalAsync(string signal, IEnumerable<int> pids)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [signal, .. pids.Select(pid => pid.ToString(CultureInfo.InvariantCulture))]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    // The attempts of the hub itself come at their own pace; each look here takes a request's time.
    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await holds()) Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60), "It did not come back.");
    }
}
