using System.Globalization;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Configuration;

namespace Outpost.Assistant.Budgets;

/// <summary>What happens to a request whose upper bound does not fit.</summary>
internal enum BudgetPolicy
{
    /// <summary>It is refused.</summary>
    Strict,

    /// <summary>Its output is limited to what fits, and the caller is told; refused only when not even the input fits.</summary>
    ClampMaxTokens,
}

/// <summary>What the operator set: <c>COST_LIMIT_*</c>, <c>COST_WARN_*</c>, <c>COST_POLICY</c>, <c>COST_LEASES</c>.</summary>
internal sealed record BudgetSettings(Limits Limits, BudgetPolicy Policy)
{
    /// <summary>Whether who asks often is leased part of the budget ahead.</summary>
    public bool Leases { get; init; }

    /// <summary>What limits a request or a window not at all.</summary>
    private const string Unlimited = "none";

    /// <exception cref="SettingsException">An amount is none, is negative, or warns only beyond its limit.</exception>
    public static BudgetSettings Of(Settings settings)
    {
        var limits = new Limits
        {
            PerRequest = Amount(settings, "COST_LIMIT_PER_REQUEST", 1.00m),
            PerHour = Amount(settings, "COST_LIMIT_PER_HOUR", 10.00m),
            PerDay = Amount(settings, "COST_LIMIT_PER_DAY", 50.00m),
            WarnPerRequest = Amount(settings, "COST_WARN_PER_REQUEST", 0.50m),
            WarnPerHour = Amount(settings, "COST_WARN_PER_HOUR", 5.00m),
            WarnPerDay = Amount(settings, "COST_WARN_PER_DAY", 20.00m),
        };
        Ascending(settings, ("COST_LIMIT_PER_REQUEST", limits.PerRequest), ("COST_LIMIT_PER_HOUR", limits.PerHour));
        Ascending(settings, ("COST_LIMIT_PER_HOUR", limits.PerHour), ("COST_LIMIT_PER_DAY", limits.PerDay));
        Ascending(settings, ("COST_WARN_PER_REQUEST", limits.WarnPerRequest), ("COST_LIMIT_PER_REQUEST", limits.PerRequest));
        Ascending(settings, ("COST_WARN_PER_HOUR", limits.WarnPerHour), ("COST_LIMIT_PER_HOUR", limits.PerHour));
        Ascending(settings, ("COST_WARN_PER_DAY", limits.WarnPerDay), ("COST_LIMIT_PER_DAY", limits.PerDay));
        return new(limits, settings["COST_POLICY"] switch
        {
            null or "strict" => BudgetPolicy.Strict,
            "clamp_max_tokens" => BudgetPolicy.ClampMaxTokens,
            _ => throw Wrong("COST_POLICY", "is no policy", "set COST_POLICY to strict or clamp_max_tokens"),
        }) { Leases = settings["COST_LEASES"] is "true" };
    }

    private static Spend? Amount(Settings settings, string key, decimal otherwise)
    {
        if (settings[key] is not { } text) return Spend.FromDollars(otherwise);
        if (text == Unlimited) return null;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dollars))
            throw Wrong(key, "is no amount", $"set {key} to dollars such as 1.00, or to {Unlimited}");
        if (dollars < 0) throw Wrong(key, "is negative", $"set {key} to 0 or more, or to {Unlimited} for no limit");
        if (dollars > 1_000_000_000) throw Wrong(key, "is more than a billion dollars", $"set {key} to {Unlimited} for no limit");
        return decimal.Round(dollars, 9) == dollars ? Spend.FromDollars(dollars) : throw Wrong(key, "has more than nine decimals", "leave out what is below a nano-dollar");
    }

    // Where one of the two was left to its default, that one gives way: setting a single limit must not be an error.
    private static void Ascending(Settings settings, (string Key, Spend? Amount) lower, (string Key, Spend? Amount) upper)
    {
        if (lower.Amount is { } low && upper.Amount is { } high && low > high && settings[lower.Key] is not null && settings[upper.Key] is not null)
            throw Wrong(lower.Key, $"is more than {upper.Key}, so it would never be reached", $"set {lower.Key} to at most {high}");
    }

    private static SettingsException Wrong(string key, string cause, string fix) => new(new SettingsProblem(key, cause, fix));
}
