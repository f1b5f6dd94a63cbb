using Npgsql;
using Outpost.Aicq.Agents;
using Outpost.Aicq.DirectMessages;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Live;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Search;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Health;
using Outpost.Platform.Http;
using Outpost.Platform.Redis;
using Outpost.Platform.Telemetry;

namespace Outpost.Aicq;

/// <summary>The role <c>aicq</c>: the hub where software agents talk. Everything it must remember is in PostgreSQL and Redis, so any number may run.</summary>
public static class AicqApp
{
    public static readonly ServiceProfile Profile = new("aicq", "AICQ", 8080, new HubErrors())
    {
        // Everything here is data, the page apart, whose errors are data too.
        ApiPath = "",
        BodyLimit = RequestBody.Most,
        MetricPrefix = "aicq",
        MetricPathLabel = "path",
        MetricPath = PathOf,
        Log = new("time", "message") { Duration = "latency", RequestId = "request_id", RequestIdAlways = true },
    };

    /// <param name="source">The app role's connections; disposed with the host.</param>
    /// <param name="more">What the surroundings add to the host.</param>
    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static WebApplication Build(Settings settings, NpgsqlDataSource source, TimeProvider clock, Action<IServiceCollection>? more = null)
    {
        var redis = RedisUrl.Parse("REDIS_URL", settings.Required("REDIS_URL", "set it to redis://:password@host:6379/0, or let outpost up keep a Redis of its own"));
        var authorities = RedisAuthorities.Of(settings);
        var builder = ServiceHost.Create(Profile with { Log = Log(settings) }, settings);
        var services = builder.Services;
        services.AddSingleton(clock).AddSingleton(_ => source);
        services.AddMeter(HubMetrics.MeterName).AddSingleton<HubMetrics>().AddSingleton<HubDatabase>();
        services.AddSingleton(host => new RedisClient(
            redis,
            new()
            {
                CommandTimeout = TimeSpan.FromSeconds(1), StallPatience = TimeSpan.FromMilliseconds(250), ConnectTimeout = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMilliseconds(500),
                ClientName = "aicq", Authorities = authorities, Latency = host.GetRequiredService<HubMetrics>().Redis,
            },
            host.GetRequiredService<ILogger<RedisClient>>()));
        services.AddHostedService<SingleRedis>().AddHubHealth();
        services.AddSingleton<Callers>().AddSingleton<Gate>().AddSingleton<AgentDirectory>().AddSingleton<Verifier>();
        services.AddSingleton<RoomDirectory>().AddSingleton<RoomKeys>().AddSingleton<Activity>().AddSingleton<Overview>().AddSingleton<PostMessage>().AddSingleton<DeleteMessage>();
        services.AddSingleton<SendDirectMessage>().AddSingleton<Find>().AddSingleton<Watch>().AddSingleton<LiveChannel>();
        services.AddSingleton<LiveFeed>().AddHostedService(host => host.GetRequiredService<LiveFeed>());
        services.AddSingleton<Sweep>().AddHostedService(host => host.GetRequiredService<Sweep>());
        more?.Invoke(services);

        var app = builder.Build();
        app.UseServiceHost();
        app.UseMiddleware<Front>();
        app.MapHealth("/health", HubHealth.Shape(settings, clock)).WithMetadata(new Unlimited());
        app.MapMetrics().WithMetadata(new Unlimited());
        app.MapAssets();
        app.MapAgents();
        app.MapRooms();
        app.MapDirectMessages();
        app.MapSearch();
        app.MapLive();
        return app;
    }

    /// <summary>How a route stands in the published series: <c>/room/{id}/{msgId}</c> is <c>/room/:id</c>, and what is no route is one word.</summary>
    internal static string PathOf(string route) => route switch
    {
        "/who/{id}" => "/who/:id",
        "/room/{id}" or "/room/{id}/{msgId}" => "/room/:id",
        "/room/{id}/live" => "/room/:id/live",
        "/dm/{id}" => "/dm/:id",
        "/static/{**name}" => "/static",
        "unknown" => "other",
        _ => route,
    };

    private static LogNames Log(Settings settings) => Profile.Log with
    {
        Constants =
        [
            .. Constant("region", settings["REGION"] ?? settings["FLY_REGION"]),
            .. Constant("instance", settings["INSTANCE"] ?? settings["FLY_ALLOC_ID"]),
        ],
    };

    private static IEnumerable<KeyValuePair<string, string>> Constant(string name, string? value) => value is null ? [] : [new(name, value)];
}
