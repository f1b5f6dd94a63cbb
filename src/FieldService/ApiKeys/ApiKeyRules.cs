using Outpost.Kernel;

namespace Outpost.FieldService.ApiKeys;

/// <summary>Every way a key refuses a request.</summary>
internal static class ApiKeyRules
{
    public static RuleException UnknownScope(IEnumerable<string> all) => new("VALIDATION_ERROR", $"scopes holds some of {string.Join(", ", all)}.") { Field = "scopes" };

    public static RuleException MoreThanOneHas(string scope) => new("FORBIDDEN", $"You may not do all of {scope} yourself, so you cannot give it to a key.") { Field = "scopes" };

    public static RuleException NoNetwork() =>
        new("VALIDATION_ERROR", "allowed_networks holds addresses or blocks such as 203.0.113.7 or 2001:db8::/32.") { Field = "allowed_networks" };

    public static RuleException EndsInThePast() => new("VALIDATION_ERROR", "expires_at must lie in the future.") { Field = "expires_at" };

    public static RuleException IsRevoked() => new("CONFLICT", "This key is revoked. Make a new one.");

    public static RuleException HasExpired() => new("CONFLICT", "This key has expired. Make a new one.");

    public static RuleException IsSomebodyElses() => new("FORBIDDEN", "Only the person a key belongs to may exchange it: whoever holds it acts in their name.");

    public static RuleException TooMany(int most) => new("CONFLICT", $"You have {most} keys that work. Revoke one that is no longer used.");
}
