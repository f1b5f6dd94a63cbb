using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Providers.Wire;
using Outpost.Assistant.Routing;
using Outpost.Platform.Configuration;

namespace Outpost.Assistant.Tests.Routing;

/// <summary>A router over a practice provider of its own, with a list of three models at three APIs that stand in for each other.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public const string Models = """
        providers:
          anthropic: { api: anthropic, address: "http://127.0.0.1:1", key: ANTHROPIC_API_KEY }
          openai: { api: openai, address: "http://127.0.0.1:1", key: OPENAI_API_KEY }
          google: { api: gemini, address: "http://127.0.0.1:1", key: GOOGLE_API_KEY }
        models:
          first: { provider: anthropic, context: 100000, max_output: 1000, can: [tools, json], quality: 70, speed: 50, fallbacks: [second, third], prices: [ { from: 2025-01-01, input: 3, output: 15 } ] }
          second: { provider: openai, context: 100000, max_output: 1000, can: [tools, json, vision], images: { flat: 1000 }, quality: 90, speed: 40, prices: [ { from: 2025-01-01, input: 2.50, output: 10 } ] }
          third: { provider: google, context: 100000, max_output: 1000, can: [tools], quality: 50, speed: 95, prices: [ { from: 2025-01-01, input: 0.30, output: 2.50 } ] }
          unpriced: { provider: openai, context: 100000, max_output: 1000, auto: false }
          vectors: { provider: openai, context: 8000, use: embedding, prices: [ { from: 2025-01-01, input: 0.02, output: 0 } ] }
        """;

    private readonly ServiceProvider _services;
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"models-{Guid.NewGuid():N}.yaml");

    private Desk(PracticeProvider server, RouterLimits limits, WireTimeouts timeouts, TimeProvider clock, string models, ILoggerProvider? log, string? key)
    {
        Server = server;
        Clock = clock;
        var values = new Dictionary<string, string> { [LiveModels.Setting] = _file };
        if (key is null) values[ProviderSet.PracticeSetting] = server.Address.AbsoluteUri;
        else
        {
            // With keys, every provider is asked at the address that the list names.
            foreach (var name in (string[])["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GOOGLE_API_KEY"]) values[name] = key;
            foreach (var (api, path) in ((string, string)[])[("anthropic", "anthropic"), ("openai", "openai/v1"), ("gemini", "gemini/v1beta")])
                models = models.Replace($"api: {api}, address: \"http://127.0.0.1:1\"", $"api: {api}, address: \"{server.Address}{path}\"", StringComparison.Ordinal);
        }

        File.WriteAllText(_file, models);
        Settings = new(values);
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var logs = log is null ? NullLoggerFactory.Instance : LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        Live = new(Settings, clock, logs.CreateLogger<LiveModels>());
        Providers = new(Settings, timeouts, clock);
        Telemetry = new(_services.GetRequiredService<IMeterFactory>());
        Router = new(Live, Providers, Telemetry, limits, clock, logs.CreateLogger<Router>());
        Telemetry.Show(Router.States);
    }

    public PracticeProvider Server { get; }

    public TimeProvider Clock { get; }

    public Settings Settings { get; }

    public LiveModels Live { get; }

    public ProviderSet Providers { get; }

    public RoutingTelemetry Telemetry { get; }

    public Router Router { get; }

    public AttemptNotes Notes { get; } = new();

    public static async Task<Desk> OpenAsync(RouterLimits? limits = null, WireTimeouts? timeouts = null, TimeProvider? clock = null, string models = Models, ILoggerProvider? log = null, string? key = null) =>
        new(await PracticeProvider.StartAsync(TimeProvider.System, ct: TestContext.Current.CancellationToken), limits ?? new() { Pause = TimeSpan.FromMilliseconds(1) }, timeouts ?? new(), clock ?? TimeProvider.System, models, log, key);

    public static ModelRequest Ask(string text = "What is the weather in Zürich?") => new() { Messages = [Message.System("Be brief."), Message.User(text)], MaxOutputTokens = 500 };

    public async Task<List<AnswerEvent>> AnswerAsync(string model = "first", ModelRequest? request = null, CancellationToken? ct = null)
    {
        var steps = new List<AnswerEvent>();
        await foreach (var step in Router.AnswerAsync(Router.Plan(model, request ?? Ask()), Notes, ct ?? TestContext.Current.CancellationToken)) steps.Add(step);
        return steps;
    }

    public async ValueTask DisposeAsync()
    {
        Providers.Dispose();
        await _services.DisposeAsync();
        Live.Dispose();
        await Server.DisposeAsync();
        File.Delete(_file);
    }
}

/// <summary>Writes down what the ledger would be told, and refuses when asked to.</summary>
internal sealed class AttemptNotes : IAttemptLog
{
    private readonly Lock _gate = new();

    public List<Attempt> Began { get; } = [];

    public List<(Attempt Attempt, AttemptEnd End)> Ended { get; } = [];

    public Func<Attempt, Exception?> Refuse { get; set; } = _ => null;

    public ValueTask BeganAsync(Attempt attempt, CancellationToken ct)
    {
        if (Refuse(attempt) is { } refusal) throw refusal;
        lock (_gate) Began.Add(attempt);
        return ValueTask.CompletedTask;
    }

    public ValueTask EndedAsync(Attempt attempt, AttemptEnd end)
    {
        lock (_gate) Ended.Add((attempt, end));
        return ValueTask.CompletedTask;
    }
}
