using System.Collections.Concurrent;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Kernel;

namespace Outpost.Assistant.Routing;

/// <summary>Chooses who is asked, and asks: one after the other, until somebody answers or the time is up.</summary>
internal sealed class Router(LiveModels models, ProviderSet providers, RoutingTelemetry telemetry, RouterLimits limits, TimeProvider clock, ILogger<Router> log)
{
    public const string Auto = "auto";

    private const int MostLegs = 3;

    private readonly ConcurrentDictionary<string, Breaker> _breakers = new(StringComparer.Ordinal);

    /// <summary>Decides who is asked and what that costs at most. Nothing is sent.</summary>
    /// <param name="model">A name or an alias of the list, <c>auto</c>, or <c>auto:quality</c> with one of the strategies.</param>
    /// <exception cref="RuleException">
    /// <c>MODEL_UNKNOWN</c>; <c>MODEL_CANNOT</c>: it lacks an ability that the request needs; <c>PRICE_UNKNOWN</c>: nobody has said what it costs;
    /// <c>PROVIDER_NOT_CONFIGURED</c>: there is no key; <c>IMAGE_NOT_READ</c>: an image that has to be measured cannot be.
    /// </exception>
    public RoutePlan Plan(string model, ModelRequest request)
    {
        var list = models.Current;
        var needs = request.Needs;
        if (StrategyOf(model, list) is not { } strategy)
        {
            var named = list.Find(model) ?? throw RoutingRules.ModelUnknown(model, list);
            var first = Leg(list, named, request, needs);
            var others = named.Fallbacks.Select(list.Find).OfType<Model>().Where(other => IsUsable(list, other, needs)).Select(other => Leg(list, other, request, needs));
            return new(request, [first, .. others.Take(MostLegs - 1)]);
        }

        var able = list.Models.Where(other => other.Auto && other.Use == ModelUse.Chat && IsUsable(list, other, needs)).ToList();
        if (able.Count == 0) throw RoutingRules.NobodyCan(list, needs, list.Models.Any(other => other.Use == ModelUse.Chat && providers.IsConfigured(EntryOf(list, other))));

        return new(request, [.. Ordered(able.Select(other => Leg(list, other, request, needs)), strategy).Take(MostLegs)]);
    }

    /// <summary>
    /// Asks. The first event is <see cref="AnswerEventKind.Started"/> with the name of the model that answers; another model, or another attempt, takes over only
    /// as long as the caller has seen nothing. The last is <see cref="AnswerEventKind.Finished"/> with the whole usage, after the log was told.
    /// </summary>
    /// <param name="attempts">Told of each attempt; a refusal of its own ends the call.</param>
    /// <exception cref="ProviderException">Nobody answered, or the one who did broke off.</exception>
    public IAsyncEnumerable<AnswerEvent> AnswerAsync(RoutePlan plan, IAttemptLog attempts, CancellationToken ct) =>
        new RoutedCall(plan, attempts, BreakerOf, telemetry, limits, clock, log).AnswerAsync(ct);

    /// <summary>
    /// Decides who makes vectors of texts and what that costs at most; each text is a message of the plan. There is one leg: vectors of another model would not
    /// compare with those that are kept.
    /// </summary>
    /// <exception cref="RuleException">As <see cref="Plan"/>.</exception>
    public RoutePlan PlanEmbedding(string model, IReadOnlyList<string> texts)
    {
        var list = models.Current;
        var named = list.Find(model) ?? throw RoutingRules.ModelUnknown(model, list);
        if (named.Use != ModelUse.Embedding) throw RoutingRules.NoEmbedding(named);
        if (PriceOf(named) is not { } price) throw RoutingRules.PriceUnknown(named);
        if (providers.For(EntryOf(list, named)) is not { } provider) throw RoutingRules.NotConfigured(EntryOf(list, named));

        var input = texts.Sum(text => Math.Min(TokenBound.OfText(text) + TokenBound.PerPart, named.Context));
        var request = new ModelRequest { Messages = [.. texts.Select(Message.User)], MaxOutputTokens = 0, Stream = false };
        return new(request, [new(named, price, input, 0, price.Bound(input, 0)) { Provider = provider }]);
    }

    /// <summary>Asks for the vectors of a plan of <see cref="PlanEmbedding"/>.</summary>
    /// <param name="dimensions">How long the vectors are to be; null for the model's own length.</param>
    /// <exception cref="ProviderException">Nobody answered.</exception>
    public Task<EmbeddingAnswer> EmbedAsync(RoutePlan plan, int? dimensions, IAttemptLog attempts, CancellationToken ct) =>
        new EmbeddingCall(plan, dimensions, attempts, BreakerOf(plan.Legs[0]), telemetry, limits, clock, log).EmbedAsync(ct);

    /// <summary>How every model of the list stands, for the metrics and for people.</summary>
    public IEnumerable<(Model Model, BreakerState State)> States() =>
        models.Current.Models.Select(model => (model, _breakers.TryGetValue(model.Name, out var breaker) ? breaker.State : BreakerState.Closed));

    private static Strategy? StrategyOf(string model, ModelList list) =>
        model == Auto ? list.Strategy
        : model.StartsWith("auto:", StringComparison.Ordinal) ? ModelListFile.Strategies.TryGetValue(model["auto:".Length..], out var strategy) ? strategy : throw RoutingRules.ModelUnknown(model, list)
        : null;

    private static ProviderEntry EntryOf(ModelList list, Model model) => list.Providers.First(entry => entry.Name == model.Provider);

    private IOrderedEnumerable<Leg> Ordered(IEnumerable<Leg> legs, Strategy strategy) => strategy switch
    {
        Strategy.Capability => legs.OrderBy(_ => 0),
        Strategy.Quality => legs.OrderByDescending(leg => leg.Model.Quality).ThenBy(leg => leg.Bound),
        Strategy.Cost => legs.OrderBy(leg => leg.Bound).ThenByDescending(leg => leg.Model.Quality),
        Strategy.Speed => legs.OrderBy(leg => telemetry.UsualFirstToken(leg.Model)).ThenByDescending(leg => leg.Model.Speed),
    };

    private bool IsUsable(ModelList list, Model model, Abilities needs) =>
        model.Can.HasFlag(needs) && PriceOf(model) is not null && providers.IsConfigured(EntryOf(list, model));

    private Price? PriceOf(Model model) => model.PriceOn(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));

    private Leg Leg(ModelList list, Model model, ModelRequest request, Abilities needs)
    {
        if (model.Use != ModelUse.Chat) throw RoutingRules.NoChat(model);
        if (!model.Can.HasFlag(needs)) throw RoutingRules.ModelCannot(model, needs & ~model.Can);
        if (PriceOf(model) is not { } price) throw RoutingRules.PriceUnknown(model);
        if (providers.For(EntryOf(list, model)) is not { } provider) throw RoutingRules.NotConfigured(EntryOf(list, model));

        // What does not fit into the model's context is refused there, and not billed.
        var input = Math.Min(TokenBound.Of(request, model), model.Context);
        var output = Math.Clamp(request.MaxOutputTokens ?? model.MaxOutput, model.LeastOutput, model.MaxOutput);
        return new(model, price, input, output, price.Bound(input, output, request.Cache)) { Provider = provider };
    }

    private Breaker BreakerOf(Leg leg) => _breakers.GetOrAdd(leg.Model.Name, static (_, clock) => new(clock), clock);
}

/// <summary>How long a call may take, and how often it is tried.</summary>
internal sealed record RouterLimits
{
    /// <summary>Over all attempts and waits, from the first to the last event.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often one model is asked before the next one is.</summary>
    public int TriesPerLeg { get; init; } = 2;

    /// <summary>How long to wait for a model at most while another one stands by.</summary>
    public TimeSpan PatienceWithAnother { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first pause before asking again where the provider names none; each further one is twice as long, and all are shortened at random.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(250);
}
