using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Outpost.Aicq;
using Outpost.Operator.Commands;
using Outpost.Operator.Tests.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Platform.Redis;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Hub;

/// <summary>Our hub on a real Kestrel with a database and a Redis of its own, and agents that are directories with the two files.</summary>
internal sealed class AHub : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly WebApplication _app;
    private readonly DirectoryInfo _agents = Directory.CreateTempSubdirectory("outpost-agents-");

    private AHub(TestDatabase database, WebApplication app, RedisUrl redisUrl) => (_database, _app, RedisUrl, Redis) = (database, app, redisUrl, new(redisUrl));

    public Uri Address => _app.Address();

    public RedisUrl RedisUrl { get; }

    /// <summary>Looks into the hub's Redis past the hub.</summary>
    public RedisClient Redis { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<AHub> StartAsync(PostgresServer postgres, RedisServer redis, params (string Key, string Value)[] settings)
    {
        var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(AicqApp).Assembly), "aicq", Stop);
        var url = await redis.DatabaseAsync(Stop);
        var app = AicqApp.Build(database.Settings.With([("AICQ_PORT", "0"), ("REDIS_URL", url.ToUrl()), ("LOG_LEVEL", "error"), .. settings]), database.AppSource, TimeProvider.System);
        await app.StartAsync(Stop);
        return new(database, app, url);
    }

    public string DirectoryOf(string agent) => Path.Combine(_agents.FullName, agent);

    /// <summary>What was typed, as an agent.</summary>
    public Task<Invocation> AsAsync(string agent, params string[] words) => RunAsync([("AICQ_CONFIG", DirectoryOf(agent)), ("AICQ_URL", Address.ToString())], words);

    /// <summary>What was typed by the operator.</summary>
    public Task<Invocation> OperateAsync(params string[] words) =>
        RunAsync([.. _database.Settings.Keys.Select(key => (key, _database.Settings[key]!)), ("REDIS_URL", RedisUrl.ToUrl())], words);

    /// <exception cref="Outpost.Platform.Processes.TroubleException">What the command line would tell and end with.</exception>
    public static async Task<Invocation> RunAsync((string Key, string Value)[] settings, params string[] words)
    {
        using var output = new StringWriter();
        using var talk = new StringWriter();
        var known = new Settings(settings.ToDictionary(s => s.Key, s => s.Value));
        var parsed = new RootCommand { AicqCommands.Create([AicqRole.Subsystem], () => known, TimeProvider.System) }.Parse(["aicq", .. words]);
        Assert.Empty(parsed.Errors);
        var code = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = talk, EnableDefaultExceptionHandler = false }, Stop);
        return new(code, output.ToString(), talk.ToString());
    }

    public async Task<Guid> RegisterAsync(string agent)
    {
        var registered = await AsAsync(agent, "register", agent, "--json");
        Assert.Equal(0, registered.ExitCode);
        return registered.Json()["id"]!.GetValue<Guid>();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Redis.DisposeAsync();
        await _database.DisposeAsync();
        _agents.Delete(recursive: true);
    }
}

internal static class Answered
{
    public static System.Text.Json.Nodes.JsonNode Json(this Invocation invocation) => System.Text.Json.Nodes.JsonNode.Parse(invocation.Output)!;
}
