using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Providers.Wire;

namespace Outpost.Assistant.Tests.Providers;

/// <summary>The practice provider on a port of its own, and for every API a provider that talks to it.</summary>
public sealed class Practice : IAsyncLifetime
{
    // Long enough for a machine with much to do; only tests about waiting wait for it, and they set their own.
    internal static readonly WireTimeouts Patient = new();

    private readonly List<HttpMessageInvoker> _connections = [];

    internal PracticeProvider Server { get; private set; } = null!;

    public static IEnumerable<TheoryDataRow<string>> Apis => [new("anthropic"), new("openai"), new("compatible"), new("responses"), new("gemini")];

    public static IEnumerable<TheoryDataRow<string, bool>> ApisBothWays => from api in Apis from stream in (bool[])[true, false] select new TheoryDataRow<string, bool>(api.Data, stream);

    public async ValueTask InitializeAsync() => Server = await PracticeProvider.StartAsync(TimeProvider.System, ct: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) connection.Dispose();
        await Server.DisposeAsync();
    }

    internal static WireApi ApiOf(string name) => name switch
    {
        "anthropic" => WireApi.Anthropic,
        "openai" => WireApi.OpenAi,
        "compatible" => WireApi.OpenAiCompatible,
        "responses" => WireApi.OpenAiResponses,
        "gemini" => WireApi.Gemini,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    internal static string PathOf(WireApi api) => api switch
    {
        WireApi.Anthropic => "anthropic",
        WireApi.Gemini => "gemini/v1beta",
        _ => "openai/v1",
    };

    internal static Model ModelOf(string api) => new()
    {
        Name = $"{api}-model",
        Provider = api,
        Id = $"{api}-model",
        Context = 200_000,
        MaxOutput = 4_096,
        Can = Abilities.Vision | Abilities.Tools | Abilities.Reasoning | Abilities.Json,
        Images = new(1_000),
        Thinking = Thinking.Budget,
    };

    internal IProvider Provider(string api, WireTimeouts? timeouts = null, string? key = "sk-practice-key-0001", Uri? address = null)
    {
        var connection = new HttpMessageInvoker(HttpProvider.NewConnections(timeouts ?? Patient));
        _connections.Add(connection);
        return new HttpProvider(new(api, ApiOf(api), new(address ?? Server.Address, PathOf(ApiOf(api))), null), key, connection, timeouts ?? Patient, TimeProvider.System);
    }

    internal static ModelRequest Ask(string text = "What is the weather in Zürich?", bool stream = true) => new() { Messages = [Message.System("Be brief."), Message.User(text)], MaxOutputTokens = 1_000, Stream = stream };

    internal static async Task<List<AnswerEvent>> AllAsync(IProvider provider, ModelRequest request, CancellationToken? ct = null)
    {
        var steps = new List<AnswerEvent>();
        await foreach (var step in provider.AnswerAsync(ModelOf(provider.Name), request, Guid.NewGuid(), ct ?? TestContext.Current.CancellationToken)) steps.Add(step);
        return steps;
    }

    internal static string TextOf(IEnumerable<AnswerEvent> steps, AnswerEventKind kind = AnswerEventKind.Text) => string.Concat(steps.Where(step => step.Kind == kind).Select(step => step.Text));

    internal static Usage UsageOf(IEnumerable<AnswerEvent> steps) => steps.Last(step => step.Kind == AnswerEventKind.Usage).Usage;
}
