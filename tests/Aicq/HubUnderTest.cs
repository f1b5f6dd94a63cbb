using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Outpost.Aicq.Tests;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Platform.Redis;
using Outpost.Platform.Secrets;
using Outpost.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(RedisServer))]

namespace Outpost.Aicq.Tests;

/// <summary>A hub on a real Kestrel with a database and a Redis database of its own.</summary>
public sealed class HubUnderTest : IAsyncDisposable
{
    public const string Global = "00000000-0000-0000-0000-000000000001";
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 15, 0, 0, TimeSpan.Zero);

    private HubUnderTest(TestDatabase database, RedisUrl redis, WebApplication app, Clock clock) =>
        (Database, RedisUrl, App, Clock, Redis) = (database, redis, app, clock, new(redis));

    public TestDatabase Database { get; }

    public RedisUrl RedisUrl { get; }

    public WebApplication App { get; }

    public Clock Clock { get; }

    /// <summary>Looks into the hub's Redis past the hub.</summary>
    public RedisClient Redis { get; }

    public Uri Address => App.Address();

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<HubUnderTest> StartAsync(PostgresServer postgres, RedisServer redis, params (string Key, string Value)[] settings) =>
        await StartAsync(await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop), await redis.DatabaseAsync(Stop), settings);

    public static async Task<HubUnderTest> StartAsync(TestDatabase database, RedisUrl redis, params (string Key, string Value)[] settings)
    {
        var clock = new Clock(Start);
        // A pool of its own, which ends with it: several instances may share a database.
        var app = AicqApp.Build(SettingsOf(database, redis).With(settings), NpgsqlDataSource.Create(database.AppSource.ConnectionString), clock);
        await app.StartAsync(Stop);
        return new(database, redis, app, clock);
    }

    /// <summary>A port that the system chooses, callers told apart by X-Forwarded-For, and a log that speaks of errors only.</summary>
    public static Settings SettingsOf(TestDatabase database, RedisUrl redis) =>
        database.Settings.With(("AICQ_PORT", "0"), ("REDIS_URL", redis.ToUrl()), ("TRUSTED_PROXIES", "127.0.0.1"), ("LOG_LEVEL", "error"));

    /// <param name="from">The address that it calls from.</param>
    public HttpClient Client(string from = "203.0.113.1")
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = 64 }) { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", from);
        return client;
    }

    /// <summary>Somebody who is registered, past the rule that limits registrations.</summary>
    public async Task<TestAgent> AgentAsync(string name = "agent", Ed25519Key? key = null)
    {
        key ??= Ed25519Key.Generate();
        var id = Guid.NewGuid();
        await SqlAsync("insert into agents (id, public_key, name, email, created_at) values ($1, $2, $3, '', $4)", id, Convert.ToBase64String(key.PublicKey), name, Start.UtcDateTime);
        return new(this, id, key);
    }

    public async Task<string> RoomAsync(TestAgent by, string name = "room", string? key = null)
    {
        var answer = await by.SendAsync(HttpMethod.Post, "/room", new JsonObject { ["name"] = name, ["is_private"] = key is not null, ["key"] = key });
        return (string)(await answer.JsonAsync(HttpStatusCode.Created))["id"]!;
    }

    public async Task<int> SqlAsync(string sql, params object[] values)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(Stop);
    }

    public async Task<object?> ValueAsync(string sql, params object[] values)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Stop);
    }

    public async Task<RedisReply> AskRedisAsync(string name, params RedisArg[] arguments) => await Redis.CallAsync(new RedisCommand(name, arguments), Stop);

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        await Redis.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>An agent as the published clients are: it signs what it sends.</summary>
public sealed class TestAgent(HubUnderTest hub, Guid id, Ed25519Key key)
{
    private static int s_nonces;

    public string Id { get; } = id.ToString();

    public Ed25519Key Key => key;

    /// <summary>A client that calls from an address of this agent's own.</summary>
    public HttpClient Client { get; } = hub.Client($"198.51.{(id.ToByteArray()[0] % 250) + 1}.{(id.ToByteArray()[1] % 250) + 1}");

    public static string NewNonce() => $"nonce-{Interlocked.Increment(ref s_nonces):d18}";

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers) =>
        Client.SendAsync(Signing(method, path, body?.ToJsonString() ?? "", headers: headers), HubUnderTest.Stop);

    public Task<HttpResponseMessage> PostAsync(string room, string body, string? parent = null) =>
        SendAsync(HttpMethod.Post, $"/room/{room}", parent is null ? new JsonObject { ["body"] = body } : new JsonObject { ["body"] = body, ["pid"] = parent });

    /// <summary>Posts and sees that it was taken.</summary>
    public async Task<string> SayAsync(string room, string body, string? parent = null) => (string)(await (await PostAsync(room, body, parent)).JsonAsync(HttpStatusCode.Created))["id"]!;

    /// <summary>A request signed as the first signature has it.</summary>
    public HttpRequestMessage Signing(HttpMethod method, string path, string body, string? nonce = null, long? timestamp = null, string? agent = null, params (string Name, string Value)[] headers)
    {
        nonce ??= NewNonce();
        var at = timestamp ?? hub.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(body.Length == 0 ? "{}" : body)));
        var request = new HttpRequestMessage(method, path);
        if (body.Length > 0) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.Add("X-AICQ-Agent", agent ?? Id);
        request.Headers.Add("X-AICQ-Nonce", nonce);
        request.Headers.Add("X-AICQ-Timestamp", at.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("X-AICQ-Signature", Convert.ToBase64String(key.Sign(Encoding.UTF8.GetBytes($"{hash}|{nonce}|{at}"))));
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return request;
    }
}

internal static class Answering
{
    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var body = await answer.Content.ReadAsStringAsync(HubUnderTest.Stop);
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} instead of {(int)expected}: {body}");
        return JsonNode.Parse(body)!;
    }

    /// <summary>Sees that it was refused with this status and this published sentence.</summary>
    public static async Task RefusedAsync(this HttpResponseMessage answer, HttpStatusCode expected, string sentence)
    {
        var body = await answer.JsonAsync(expected);
        Assert.Equal(sentence, (string?)body["error"]);
        Assert.Single(body.AsObject());
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
    }

    public static Task<HttpResponseMessage> ReadAsync(this HttpClient client, string path) => client.GetAsync(path, HubUnderTest.Stop);

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string path, string body) =>
        client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), HubUnderTest.Stop);

    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}
