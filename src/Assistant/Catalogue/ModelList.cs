namespace Outpost.Assistant.Catalogue;

/// <summary>The list of models as the operator wrote it: complete, and free of contradictions. It never changes; an edited file makes another one.</summary>
internal sealed class ModelList
{
    private readonly Dictionary<string, Model> _byName;

    public ModelList(IReadOnlyList<ProviderEntry> providers, IReadOnlyList<Model> models, Strategy strategy)
    {
        (Providers, Models, Strategy) = (providers, models, strategy);
        _byName = models.SelectMany(model => model.Aliases.Prepend(model.Name), (model, name) => (model, name)).ToDictionary(pair => pair.name, pair => pair.model, StringComparer.Ordinal);
    }

    public IReadOnlyList<ProviderEntry> Providers { get; }

    /// <summary>In the order of the file, which is the order in which <see cref="Strategy.Capability"/> takes them.</summary>
    public IReadOnlyList<Model> Models { get; }

    public Strategy Strategy { get; }

    /// <summary>By name or alias; null when nobody wrote it down.</summary>
    public Model? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>Where models are asked.</summary>
/// <param name="Address">The root of the API, version included.</param>
/// <param name="KeySetting">The setting that holds the key; null where none is wanted.</param>
internal sealed record ProviderEntry(string Name, WireApi Api, Uri Address, string? KeySetting);

/// <summary>What a provider speaks.</summary>
internal enum WireApi { Anthropic, OpenAi, OpenAiResponses, Gemini, OpenAiCompatible }

/// <summary>How a model is chosen when the caller names none (<c>auto</c>).</summary>
internal enum Strategy
{
    /// <summary>The first of the list that can do what the request needs.</summary>
    Capability,

    /// <summary>The best that can.</summary>
    Quality,

    /// <summary>The one that costs least at most.</summary>
    Cost,

    /// <summary>The one that begins to answer soonest, as measured; as ranked in the list while nothing was measured.</summary>
    Speed,
}
