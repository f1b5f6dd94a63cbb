using Outpost.Assistant.Catalogue;
using Outpost.Kernel;

namespace Outpost.Assistant.Routing;

/// <summary>What is refused before anybody is asked, and what to do about it.</summary>
internal static class RoutingRules
{
    private const int LongestGuess = 64;

    /// <summary>What was asked for is not repeated: a caller may have put anything there, a prompt or a key too.</summary>
    /// <param name="known">Of these the nearest is named, when it is near.</param>
    public static RuleException ModelUnknown(string name, ModelList? known = null) => new(
        "MODEL_UNKNOWN", $"There is no model of that name{(Nearest(name, known) is { } meant ? $"; {meant} is probably meant" : "")}. GET /v1/models and outpost assistant models list those that there are; auto chooses one.") { Field = "model" };

    public static RuleException PriceUnknown(Model model) => new(
        "PRICE_UNKNOWN", $"Nobody has said what {model.Name} costs today, so that no limit could hold. Add a price with its day to config/models.yaml; 0 says that it is free.") { Field = "model" };

    public static RuleException NoChat(Model model) => new("MODEL_CANNOT", $"{model.Name} makes embeddings and answers no messages. Ask another model.") { Field = "model" };

    public static RuleException NoEmbedding(Model model) => new("MODEL_CANNOT", $"{model.Name} answers messages and makes no embeddings. Ask another model.") { Field = "model" };

    public static RuleException ModelCannot(Model model, Abilities lacks) => new("MODEL_CANNOT", $"{model.Name} cannot do what the request needs: {Words(lacks)}. Ask another model, or auto.") { Field = "model" };

    public static RuleException NotConfigured(ProviderEntry provider) => new(
        "PROVIDER_NOT_CONFIGURED", $"{provider.Name} has no key. Set {provider.KeySetting} in .env, or ask a model of another provider.");

    public static RuleException NobodyCan(ModelList list, Abilities needs, bool anyConfigured) => !anyConfigured
        ? new("PROVIDER_NOT_CONFIGURED", $"No provider has a key. Set one of {string.Join(", ", list.Providers.Select(p => p.KeySetting).OfType<string>().Distinct())} in .env.")
        : new("MODEL_CANNOT", $"No model that has a key and a price can do what the request needs{(needs == Abilities.None ? "" : $": {Words(needs)}")}.") { Field = "model" };

    private static string Words(Abilities abilities) => string.Join(", ", Enum.GetValues<Abilities>().Where(one => one != Abilities.None && abilities.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant()));

    private static string? Nearest(string name, ModelList? known) => known is null || name.Length > LongestGuess
        ? null
        : known.Models.Select(model => (model.Name, Distance: Distance(name.ToLowerInvariant(), model.Name))).Where(one => one.Distance <= Math.Max(2, one.Name.Length / 4)).OrderBy(one => one.Distance).FirstOrDefault().Name;

    /// <summary>How many letters have to be added, left out or changed to make one word of the other.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++) (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
