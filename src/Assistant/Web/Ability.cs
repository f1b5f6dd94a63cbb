namespace Outpost.Assistant.Web;

/// <summary>What a caller may do. A route names exactly one.</summary>
internal enum Ability
{
    /// <summary>Anything that concerns only oneself.</summary>
    BeSignedIn,

    /// <summary>Ask models, and keep conversations of one's own.</summary>
    Chat,

    /// <summary>Ask models as any program does that speaks OpenAI's API.</summary>
    UseGateway,
    ReadCosts,
    ManageCosts,
    ManageKeys,
    ManagePeople,
}

/// <summary>What a role may do, and what a key can be made for.</summary>
internal static class Rights
{
    public const string Admin = "admin", Member = "member";

    private static readonly Dictionary<string, Ability[]> OfScopes = new(StringComparer.Ordinal)
    {
        ["chat"] = [Ability.BeSignedIn, Ability.Chat],
        ["gateway"] = [Ability.BeSignedIn, Ability.UseGateway],
        ["costs"] = [Ability.BeSignedIn, Ability.ReadCosts],
        ["admin"] = [Ability.BeSignedIn, Ability.ReadCosts, Ability.ManageCosts, Ability.ManageKeys],
    };

    public static IEnumerable<string> Scopes => OfScopes.Keys;

    public static bool IsScope(string word) => OfScopes.ContainsKey(word);

    public static Ability[] OfRole(string role) => role == Admin ? Enum.GetValues<Ability>() : [Ability.BeSignedIn, Ability.Chat, Ability.UseGateway];

    public static Ability[] OfScope(IEnumerable<string> scopes) => [.. scopes.SelectMany(scope => OfScopes.GetValueOrDefault(scope, [])).Distinct()];

    /// <summary>The scope to ask for, for the message of a refusal; null when no key may do it.</summary>
    public static string? ScopeFor(Ability ability) => OfScopes.FirstOrDefault(scope => scope.Value.Contains(ability)).Key;

    public static RouteHandlerBuilder Requires(this RouteHandlerBuilder route, Ability ability) => route.WithMetadata(new RequiresAttribute(ability));
}

/// <summary>Marks a route with the ability it asks for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresAttribute(Ability ability) : Attribute
{
    public Ability Ability { get; } = ability;
}
