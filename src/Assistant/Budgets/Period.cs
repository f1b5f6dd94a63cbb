using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>Over what is summed: the day in UTC, the last seven or thirty days with today, or everything.</summary>
internal enum Period { Today, Week, Month, All }

internal static class Periods
{
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static Period Parse(string? word) => word is null ? Period.Today
        : Words<Period>.TryParse(word, out var period) ? period
        : throw new RuleException("VALIDATION_ERROR", $"A period is one of {string.Join(", ", Words<Period>.All)}.") { Field = "period" };

    public static DateTimeOffset Since(this Period period, DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return period switch
        {
            Period.Today => today,
            Period.Week => today.AddDays(-6),
            Period.Month => today.AddDays(-29),
            Period.All => DateTimeOffset.UnixEpoch,
        };
    }

    /// <summary>
    /// Every line since then, as <c>hold_id, service, key_id, provider, model, settled_at, cost, input_tokens, output_tokens</c>. A request that expired has no line of an
    /// attempt; it stands here with its estimate, or with what somebody has found out.
    /// </summary>
    public static Sql Lines(DateTimeOffset since) => $"""
        select c.hold_id, h.service, h.key_id, c.provider, c.model, c.settled_at, c.cost,
          c.uncached_input + c.cache_read + c.cache_write_5m + c.cache_write_1h as input_tokens, c.output_visible + c.reasoning as output_tokens
        from charges c join holds h on h.id = c.hold_id
        where c.settled_at >= {since}
        union all
        select h.id, h.service, h.key_id, 'unknown', h.model, h.settled_at, h.settled, 0, 0
        from holds h
        where h.settled_at >= {since} and (h.state = 'expired' or h.flagged = 'resolved')
        """;
}
