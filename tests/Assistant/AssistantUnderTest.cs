using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Keys;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Testing;

namespace Outpost.Assistant.Tests;

/// <summary>An assistant on a real Kestrel, a database and a Redis of its own, and a practice provider behind it.</summary>
internal sealed class AssistantUnderTest : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 15, 0, 0, TimeSpan.Zero);

    /// <summary>Three models of three APIs; the first is stood in for by the second.</summary>
    public const string Models = """
        providers:
          anthropic: { api: anthropic, address: "http://127.0.0.1:1", key: ANTHROPIC_API_KEY }
          openai: { api: openai, address: "http://127.0.0.1:1", key: OPENAI_API_KEY }
          google: { api: gemini, address: "http://127.0.0.1:1", key: GOOGLE_API_KEY }
        models:
          first: { provider: anthropic, context: 100000, max_output: 8000, can: [vision, documents, tools, json], images: { flat: 1000 }, fallbacks: [second], prices: [ { from: 2025-01-01, input: 3, output: 15 } ] }
          second: { provider: openai, context: 100000, max_output: 8000, can: [tools, json], prices: [ { from: 2025-01-01, input: 2.50, output: 10 } ] }
          third: { provider: google, context: 100000, max_output: 8000, can: [tools], prices: [ { from: 2025-01-01, input: 0.30, output: 2.50 } ] }
          free: { provider: openai, context: 100000, max_output: 8000, can: [tools], auto: false, prices: [ { from: 2025-01-01, input: 0, output: 0 } ] }
          vectors: { provider: openai, context: 8000, use: embedding, prices: [ { from: 2025-01-01, input: 0.02, output: 0 } ] }
          unpriced: { provider: openai, context: 100000, max_output: 8000, auto: false }
        """;

    private AssistantUnderTest(TestDatabase database, PracticeProvider provider, Settings settings, string models) =>
        (Database, Provider, Settings, ModelsFile) = (database, provider, settings, models);

    public TestDatabase Database { get; }

    public PracticeProvider Provider { get; }

    public Settings Settings { get; }

    public string ModelsFile { get; }

    public Clock Clock { get; } = new(Start);

    public WebApplication App { get; private set; } = null!;

    public Uri Address => App.Address();

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<AssistantUnderTest> StartAsync(PostgresServer postgres, RedisServer? redis = null, params (string, string)[] settings)
    {
        var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(AssistantApp).Assembly), "assistant", Stop);
        var provider = await PracticeProvider.StartAsync(TimeProvider.System, ct: Stop);
        var models = Path.Combine(Path.GetTempPath(), $"models-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(models, Models, Stop);
        var set = database.Settings.With(("ASSISTANT_PORT", "0"), ("LOG_LEVEL", "error"), (LiveModels.Setting, models), (ProviderSet.PracticeSetting, provider.Address.AbsoluteUri));
        if (redis is not null) set = set.With(("REDIS_URL", (await redis.DatabaseAsync(Stop)).ToUrl()));
        var made = new AssistantUnderTest(database, provider, set.With(settings), models);
        await made.RestartAsync();
        return made;
    }

    /// <summary>Ends the host, if there is one, and starts another with the same database, Redis and provider.</summary>
    public async Task RestartAsync()
    {
        if (App is not null)
        {
            await App.StopAsync(Stop);
            await App.DisposeAsync();
        }

        App = AssistantApp.Build(Settings, ServicePool.Create(Settings.AppUrl(AssistantRole.Subsystem), "assistant"), Clock);
        await App.StartAsync(Stop);
    }

    public HttpClient Stranger() => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>A program with a key of these scopes.</summary>
    public async Task<HttpClient> ProgramAsync(params string[] scopes) => WithKey((await KeyAsync(scopes.Length > 0 ? scopes : ["chat", "gateway", "costs", "admin"])).Text);

    public HttpClient WithKey(string key)
    {
        var client = Stranger();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async Task<(Guid Id, string Text)> KeyAsync(string[] scopes, Limits? limits = null, int? callsPerMinute = null)
    {
        var id = Guid.CreateVersion7();
        var (text, hash) = ApiKeyText.New(id);
        await using var db = new Db(Database.AppSource, null);
        await ApiKeySql.Insert(db, id, "a test", scopes, hash, callsPerMinute, null, null, limits ?? Limits.None, Stop);
        await db.CommitAsync(Stop);
        return (id, text);
    }

    /// <summary>Looks at the database: the first column of the first row.</summary>
    public async Task<T?> ValueAsync<T>(string sql, params object[] values)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Stop) is T found ? found : default;
    }

    /// <summary>Returns when no request is under way any more for the ledger. A settlement goes its way after the answer; there is nothing to wait for but the row.</summary>
    public async Task SettledAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await ValueAsync<long>("select count(*) from holds where state = 'held'") > 0) await Task.Delay(10, patience.Token);
    }

    /// <summary>What all calls of the practice provider cost by the prices of <see cref="Models"/>, in nano-dollars.</summary>
    public long Billed()
    {
        var list = ModelListFile.Parse(Models, "models");
        return Provider.Calls.Sum(call => list.Find(call.Model)!.Prices[0].Of(call.Billed).NanoDollars);
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        await Provider.DisposeAsync();
        await Database.DisposeAsync();
        File.Delete(ModelsFile);
    }
}

internal static class Answering
{
    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var body = await answer.Content.ReadAsStringAsync(AssistantUnderTest.Stop);
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} instead of {(int)expected}: {body}");
        return JsonNode.Parse(body)!;
    }

    /// <summary>Sees that the request was refused with this status and this published code, as a problem.</summary>
    public static async Task<JsonNode> RefusedAsync(this HttpResponseMessage answer, HttpStatusCode expected, string code)
    {
        var problem = await answer.JsonAsync(expected);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, (string?)problem["error_code"]);
        Assert.Equal((int)expected, (int?)problem["status"]);
        Assert.False(string.IsNullOrEmpty((string?)problem["detail"]));
        Assert.NotNull((string?)problem["request_id"]);
        return problem;
    }

    public static Task<HttpResponseMessage> SendAsync(this HttpClient client, string path, object body) => client.PostAsJsonAsync(path, body, AssistantUnderTest.Stop);

    public static Task<HttpResponseMessage> ReadAsync(this HttpClient client, string path) => client.GetAsync(path, AssistantUnderTest.Stop);

    /// <summary>The events of a stream, as (name, data); data of several lines is joined as the format wants it.</summary>
    public static async Task<List<(string? Name, string Data)>> EventsAsync(this HttpResponseMessage answer)
    {
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var events = new List<(string?, string)>();
        string? name = null;
        List<string> data = [];
        foreach (var line in (await answer.Content.ReadAsStringAsync(AssistantUnderTest.Stop)).Split('\n'))
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data.Add(line[6..]);
            else if (line.Length == 0 && data.Count > 0)
            {
                events.Add((name, string.Join('\n', data)));
                (name, data) = (null, []);
            }
        }

        return events;
    }
}
