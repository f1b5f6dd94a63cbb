using Outpost.Kernel;

namespace Outpost.Assistant.Keys;

internal static class KeyRules
{
    public static RuleException NotThere() => new("KEY_NOT_FOUND", "There is no such key.");

    public static RuleException IsRevoked() => new("CONFLICT", "The key is revoked. Make a new one.");

    public static RuleException UnknownScope(IEnumerable<string> scopes) => new("VALIDATION_ERROR", $"A scope is one of {string.Join(", ", scopes)}.") { Field = "scopes" };

    public static RuleException EndsInThePast() => new("VALIDATION_ERROR", "The key would have ended already.") { Field = "expires_at" };

    public static RuleException NegativeLimit(string field) => new("VALIDATION_ERROR", "A limit is 0 or more.") { Field = field };

    public static RuleException NobodyKnown() => new("SERVICE_UNAVAILABLE", "The database does not answer at the moment, so API keys cannot be looked up. Try again shortly.");
}
