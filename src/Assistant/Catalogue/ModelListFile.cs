using System.Globalization;
using Outpost.Platform.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Outpost.Assistant.Catalogue;

/// <summary>Reads <c>config/models.yaml</c> and tells every mistake in it, with its line and what to do about it.</summary>
internal static class ModelListFile
{
    private const int LargestNumber = 100_000_000;

    private static readonly Dictionary<string, WireApi> Apis = new(StringComparer.Ordinal)
    {
        ["anthropic"] = WireApi.Anthropic,
        ["openai"] = WireApi.OpenAi,
        ["openai-responses"] = WireApi.OpenAiResponses,
        ["gemini"] = WireApi.Gemini,
        ["openai-compatible"] = WireApi.OpenAiCompatible,
    };

    // The long forms are the ones that DEFAULT_ROUTING_STRATEGY always had.
    public static readonly IReadOnlyDictionary<string, Strategy> Strategies = new Dictionary<string, Strategy>(StringComparer.Ordinal)
    {
        ["capability"] = Strategy.Capability,
        ["quality"] = Strategy.Quality,
        ["cost"] = Strategy.Cost,
        ["speed"] = Strategy.Speed,
        ["capability_based"] = Strategy.Capability,
        ["quality_first"] = Strategy.Quality,
        ["cost_optimized"] = Strategy.Cost,
        ["speed_first"] = Strategy.Speed,
    };

    private static readonly Dictionary<string, Abilities> AbilityWords = new(StringComparer.Ordinal)
    {
        ["vision"] = Abilities.Vision,
        ["tools"] = Abilities.Tools,
        ["reasoning"] = Abilities.Reasoning,
        ["json"] = Abilities.Json,
        ["documents"] = Abilities.Documents,
    };

    private static readonly Dictionary<string, Thinking> ThinkingWords = new(StringComparer.Ordinal)
    {
        ["none"] = Thinking.None,
        ["budget"] = Thinking.Budget,
        ["adaptive"] = Thinking.Adaptive,
    };

    private static readonly Dictionary<string, ModelUse> Uses = new(StringComparer.Ordinal) { ["chat"] = ModelUse.Chat, ["embedding"] = ModelUse.Embedding };

    /// <param name="file">The name that messages give the text.</param>
    /// <exception cref="SettingsException">There are mistakes; all of them are told.</exception>
    public static ModelList Parse(string text, string file)
    {
        var problems = new List<SettingsProblem>();
        var list = Read(text, file, problems);
        return problems.Count == 0 ? list! : throw new SettingsException([.. problems]);
    }

    private static ModelList? Read(string text, string file, List<SettingsProblem> problems)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            var what = e.Message.Contains("Duplicate key", StringComparison.OrdinalIgnoreCase) ? "says the same key twice" : "is no YAML";
            problems.Add(new(string.Create(CultureInfo.InvariantCulture, $"{file}:{e.Start.Line}"), what, "correct that line; indentation is made of spaces, and a key stands once"));
            return null;
        }

        if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
        {
            problems.Add(new(file, "has no providers and models", "write providers: and models:, as the list that comes with Outpost does"));
            return null;
        }

        var top = new YamlMap(root, file, problems);
        var providers = ReadProviders(top);
        var models = ReadModels(top, providers);
        var strategy = top.Word("strategy", Strategies, Strategy.Capability);
        top.NothingElse();
        return problems.Count == 0 ? new(providers, models, strategy) : null;
    }

    private static List<ProviderEntry> ReadProviders(YamlMap top)
    {
        var providers = new List<ProviderEntry>();
        if (top.Map("providers") is not { } all)
        {
            if (!top.Has("providers")) top.Note("providers", "is missing", "say where models are asked");
            return providers;
        }

        foreach (var name in all.Keys)
        {
            if (all.Map(name) is not { } map) continue;

            var api = map.Word("api", Apis, WireApi.OpenAiCompatible, required: true);
            var address = map.RequiredText("address");
            var key = map.Text("key");
            if (!Uri.TryCreate(address.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0)
            {
                if (address.Length > 0) map.Note("address", "is no HTTP address", "write https://host/path, with neither credentials nor a query");
                url = new("http://127.0.0.1");
            }

            if (key is not null && !IsSettingName(key)) map.Note("key", "is no name of a setting", "write the name of the setting that holds the key, such as OPENAI_API_KEY; the key itself belongs into .env");
            map.NothingElse();
            providers.Add(new(name, api, url, key));
        }

        return providers;
    }

    private static List<Model> ReadModels(YamlMap top, List<ProviderEntry> providers)
    {
        var models = new List<Model>();
        if (top.Map("models") is not { } all)
        {
            if (!top.Has("models")) top.Note("models", "is missing", "write down at least one model");
            return models;
        }

        var taken = new HashSet<string>(StringComparer.Ordinal) { "auto" };
        foreach (var name in all.Keys)
        {
            if (all.Map(name) is not { } map) continue;

            var model = ReadModel(name, map, providers);
            foreach (var word in model.Aliases.Prepend(name).Where(word => !taken.Add(word))) map.Note("aliases", $"gives the name {word} to a second model", "give each name to one model; auto is nobody's name");
            map.NothingElse();
            models.Add(model);
        }

        foreach (var model in models)
        {
            foreach (var other in model.Fallbacks.Where(other => other == model.Name || models.All(m => m.Name != other || m.Use != model.Use)))
                all.Map(model.Name)!.Note("fallbacks", $"names {other}, which is no other model of this list", "name models that are written down here");
        }

        return models;
    }

    private static Model ReadModel(string name, YamlMap map, List<ProviderEntry> providers)
    {
        var provider = map.RequiredText("provider");
        if (provider.Length > 0 && providers.All(p => p.Name != provider)) map.Note("provider", "is not among the providers", $"write one of {string.Join(", ", providers.Select(p => p.Name))}");

        var use = map.Word("use", Uses, ModelUse.Chat);
        if (use == ModelUse.Embedding && providers.Any(p => p.Name == provider && p.Api == WireApi.Anthropic)) map.Note("use", "is embedding, which this provider's API does not make", "name another provider");
        var context = map.Number("context", 1, LargestNumber);
        var output = use == ModelUse.Embedding ? map.Number("max_output", 0, 0, 0) : map.Number("max_output", 1, LargestNumber);
        if (output > context) map.Note("max_output", "is larger than the context", "write a number that fits into context");

        var can = map.Texts("can");
        foreach (var word in can.Where(word => !AbilityWords.ContainsKey(word))) map.Note("can", $"says {word}, which is no ability", $"write of {string.Join(", ", AbilityWords.Keys)}");
        var abilities = can.Aggregate(Abilities.None, (sum, word) => sum | AbilityWords.GetValueOrDefault(word));

        return new()
        {
            Name = name,
            Aliases = map.Texts("aliases"),
            Provider = provider,
            Id = map.Text("id", name)!,
            Use = use,
            Context = context,
            MaxOutput = output,
            LeastOutput = providers.Any(p => p.Name == provider && p.Api == WireApi.OpenAiResponses) ? Math.Min(16, output) : 1,
            Can = abilities,
            Thinking = map.Word("thinking", ThinkingWords, Thinking.None),
            Sampling = map.Flag("sampling", true),
            Images = ReadImages(map, abilities),
            Quality = map.Number("quality", 1, 100, 50),
            Speed = map.Number("speed", 1, 100, 50),
            Auto = map.Flag("auto", true),
            Fallbacks = map.Texts("fallbacks"),
            Prices = ReadPrices(name, map),
        };
    }

    private static ImageTokens? ReadImages(YamlMap map, Abilities can)
    {
        if (map.Map("images") is not { } images)
        {
            if (can.HasFlag(Abilities.Vision) && !map.Has("images")) map.Note("images", "is missing", "say how many tokens an image counts as at most: images: { flat: 1600 }; the limits cannot hold without it");
            return null;
        }

        var tokens = new ImageTokens(images.Number("flat", 1, LargestNumber), images.Number("per_tile", 1, LargestNumber, 0), images.Number("tile", 16, 10_000, 0));
        if (tokens.PerTile > 0 != tokens.TileSide > 0) images.Note("tile", "and per_tile belong together", "write both or neither");
        images.NothingElse();
        return tokens;
    }

    private static List<Price> ReadPrices(string model, YamlMap map)
    {
        var prices = new List<Price>();
        foreach (var entry in map.Maps("prices"))
        {
            var from = entry.Day("from");
            var rates = ReadRates(entry);
            var above = new List<LongInput>();
            foreach (var step in entry.Maps("above"))
            {
                var tokens = step.Number("tokens", 1, LargestNumber);
                if (above.Any(other => other.Tokens == tokens)) step.Note("tokens", "says the same step twice", "keep one price above that many tokens");
                above.Add(new(tokens, ReadRates(step)));
                step.NothingElse();
            }

            if (prices.Any(price => price.From == from)) entry.Note("from", $"gives {model} a second price for one day", "keep one, or give the other a day of its own");
            entry.NothingElse();
            prices.Add(Price.Of(model, from, rates, above));
        }

        return [.. prices.OrderBy(price => price.From)];
    }

    private static Rates ReadRates(YamlMap map)
    {
        var input = Required("input");
        var output = Required("output");
        return new(
            input, Optional("cache_read", input), Optional("cache_write_5m", input), Optional("cache_write_1h", Optional("cache_write_5m", input)), output, Optional("reasoning", output));

        long Required(string key)
        {
            if (map.Dollars(key) is { } dollars) return Nano(dollars);
            if (!map.Has(key)) map.Note(key, "is missing", $"write what a million tokens of {key} cost in dollars, 0 where they are free");
            return 0;
        }

        long Optional(string key, long otherwise) => map.Dollars(key) is { } dollars ? Nano(dollars) : otherwise;
    }

    private static long Nano(decimal dollars) => (long)(dollars * 1_000_000_000m);

    private static bool IsSettingName(string text) => text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');
}
