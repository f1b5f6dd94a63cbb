using Npgsql;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Chat;
using Outpost.Assistant.Gateway;
using Outpost.Assistant.Keys;
using Outpost.Assistant.People;
using Outpost.Assistant.Routing;
using Outpost.Assistant.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Health;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres;
using Outpost.Platform.Telemetry;

namespace Outpost.Assistant;

/// <summary>The role <c>assistant</c>: chat, the gateway that speaks OpenAI's API, and the ledger that no request gets past.</summary>
public static class AssistantApp
{
    public static readonly ServiceProfile Profile = new("assistant", "ASSISTANT", 8090, new Problems());

    /// <param name="source">The app role's connections; disposed with the host.</param>
    /// <param name="more">What the surroundings add to the host.</param>
    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static WebApplication Build(Settings settings, NpgsqlDataSource source, TimeProvider clock, Action<IServiceCollection>? more = null)
    {
        var builder = ServiceHost.Create(Profile, settings);
        var services = builder.Services;
        services.AddSingleton(clock).AddSingleton(_ => source);
        services.AddDatabaseHealth();
        services.AddWeb();
        services.AddSingleton<SignIns>().AddSingleton<KeyRing>();
        services.AddBudgets(settings);
        services.AddRouting(settings);
        services.AddSingleton<Ask>();
        services.AddChat(settings);
        more?.Invoke(services);

        var app = builder.Build();
        app.UseServiceHost();
        app.UseMiddleware<Gate>();
        app.MapService(clock);
        app.MapMetrics();
        app.MapPeople();
        app.MapKeys();
        app.MapCosts();
        app.MapChat();
        app.MapGateway();
        return app;
    }
}
