using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Budgets;

/// <summary>
/// What may be spent: by one request, and within any hour and any 24 hours. Null is no limit. Nothing is ever settled or held beyond one; at a warning
/// people are told, once per window.
/// </summary>
internal sealed record Limits
{
    public static Limits None { get; } = new();

    public Spend? PerRequest { get; init; }

    public Spend? PerHour { get; init; }

    public Spend? PerDay { get; init; }

    public Spend? WarnPerRequest { get; init; }

    public Spend? WarnPerHour { get; init; }

    public Spend? WarnPerDay { get; init; }

    /// <summary>In the order that the ledger's functions take them.</summary>
    public long?[] InNanoDollars =>
        [PerRequest?.NanoDollars, PerHour?.NanoDollars, PerDay?.NanoDollars, WarnPerRequest?.NanoDollars, WarnPerHour?.NanoDollars, WarnPerDay?.NanoDollars];

    /// <summary>The stricter of both, limit by limit.</summary>
    public Limits Within(Limits other) => new()
    {
        PerRequest = Stricter(PerRequest, other.PerRequest),
        PerHour = Stricter(PerHour, other.PerHour),
        PerDay = Stricter(PerDay, other.PerDay),
        WarnPerRequest = Stricter(WarnPerRequest, other.WarnPerRequest),
        WarnPerHour = Stricter(WarnPerHour, other.WarnPerHour),
        WarnPerDay = Stricter(WarnPerDay, other.WarnPerDay),
    };

    private static Spend? Stricter(Spend? one, Spend? other) => one is null ? other : other is null || one < other ? one : other;
}
