using Outpost.Assistant.Catalogue;
using Outpost.Kernel;

namespace Outpost.Assistant.Routing;

/// <summary>What is refused before anybody is asked, and what to do about it.</summary>
internal static class RoutingRules
{
    private const int LongestName = 80;

    public static RuleException ModelUnknown(string name) => new(
        "MODEL_UNKNOWN", $"There is no model called '{Shown(name)}'. GET /v1/models and outpost assistant models list those that there are; auto chooses one.") { Field = "model" };

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

    // A caller may send anything as a name, a prompt too; what is shown of it is short and plain.
    private static string Shown(string name) =>
        new([.. name.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' ? c : '?')]);
}
