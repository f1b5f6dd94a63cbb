using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Keys;

/// <summary>What a key may spend, in dollars, as callers say it. What is left out is not limited beyond the service's own limits.</summary>
internal sealed record KeyLimits(Spend? PerRequest, Spend? PerHour, Spend? PerDay, Spend? WarnPerHour = null, Spend? WarnPerDay = null)
{
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public Limits Checked()
    {
        foreach (var (field, amount) in new[] { ("per_request", PerRequest), ("per_hour", PerHour), ("per_day", PerDay), ("warn_per_hour", WarnPerHour), ("warn_per_day", WarnPerDay) })
        {
            if (amount < Spend.Zero) throw KeyRules.NegativeLimit($"limits.{field}");
        }

        return new() { PerRequest = PerRequest, PerHour = PerHour, PerDay = PerDay, WarnPerHour = WarnPerHour, WarnPerDay = WarnPerDay };
    }
}
