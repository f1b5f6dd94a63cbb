using System.Data.Common;
using Outpost.Assistant.Catalogue;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>The ledger's functions, which alone write its tables, and the prices that its lines refer to.</summary>
internal static class LedgerSql
{
    /// <summary>One row of the answer to a hold.</summary>
    /// <param name="Warned">The windows whose warning this hold has crossed first: hour, day, key_hour, key_day.</param>
    public readonly record struct Taken(Guid Hold, bool Released, Refusal? Refused, string? Warned);

    /// <summary>A settlement that did not simply end a live hold: <c>late</c>, <c>over_bound</c>, <c>released</c>.</summary>
    public readonly record struct Oddity(Guid Hold, string Became);

    /// <summary>How a lease stands: all that it was ever given, and what one request may cost at most.</summary>
    /// <param name="Alive">False when it has ended, by this statement or before.</param>
    public readonly record struct Leased(Guid Lease, bool Alive, long Total, Spend? PerRequest);

    /// <summary>A hold that was taken out of a lease.</summary>
    public readonly record struct Drawn(HoldRequest Request, Guid Lease, DateTimeOffset At);

    public sealed record Expired(Guid HoldId, Guid? KeyId, long Bound);

    public static Sql Hold(DateTimeOffset now, Limits limits, bool retry, IReadOnlyList<HoldRequest> holds) => $"""
        select * from ledger_hold({now}, {limits.InNanoDollars}, {retry}, {Column(holds, h => h.Id)}, {Column(holds, h => h.For.Key)}, {Column(holds, h => h.For.Person)},
          {Column(holds, h => h.For.Conversation)}, {Column(holds, h => h.For.Service)}, {Column(holds, h => h.Model)}, {Column(holds, h => h.Bound.NanoDollars)},
          {Column(holds, h => h.MaxTokens)}, {Column(holds, h => Seconds(h.Lifetime))})
        """;

    public static Sql Draw(DateTimeOffset now, Limits limits, IReadOnlyList<Drawn> drawn) => $"""
        select hold_id, warned from ledger_draw({now}, {limits.InNanoDollars}, {Column(drawn, d => d.Lease)}, {Column(drawn, d => d.Request.Id)}, {Column(drawn, d => d.Request.For.Key)},
          {Column(drawn, d => d.Request.For.Person)}, {Column(drawn, d => d.Request.For.Conversation)}, {Column(drawn, d => d.Request.For.Service)}, {Column(drawn, d => d.Request.Model)},
          {Column(drawn, d => d.Request.Bound.NanoDollars)}, {Column(drawn, d => d.Request.MaxTokens)}, {Column(drawn, d => d.At)}, {Column(drawn, d => Seconds(d.Request.Lifetime))})
        """;

    public static Sql Lease(DateTimeOffset now, Limits limits, IReadOnlyList<LeaseBook.Wish> wishes) => $"""
        select * from ledger_lease({now}, {limits.InNanoDollars}, {LeaseBook.Share}, {Seconds(LeaseBook.Lifetime)}, {Column(wishes, w => w.Lease.Id)}, {Column(wishes, w => w.Lease.Key)},
          {Column(wishes, w => w.Total)}, {Column(wishes, w => w.Left)})
        """;

    public static Sql Extend(DateTimeOffset now, Limits limits, Guid hold, Spend bound) =>
        $"select * from ledger_extend({now}, {limits.InNanoDollars}, {hold}, {bound.NanoDollars})";

    public static Sql Settle(DateTimeOffset now, bool durable, IReadOnlyList<Settlement> ended)
    {
        var lines = ended.SelectMany(settlement => settlement.Charges, (settlement, charge) => (settlement.Hold, Charge: charge)).ToArray();
        return $"""
            select * from ledger_settle({now}, {durable}, {Column(ended, s => s.Hold)}, {Column(ended, s => s.Cost.NanoDollars)}, {Column(ended, s => s.IsRelease)},
              {Column(lines, l => l.Hold)}, {Column(lines, l => l.Charge.Attempt)}, {Column(lines, l => l.Charge.AttemptId)}, {Column(lines, l => l.Charge.Provider)}, {Column(lines, l => l.Charge.Model)},
              {Column(lines, l => l.Charge.Price.Version)}, {Column(lines, l => l.Charge.Usage.UncachedInput)}, {Column(lines, l => l.Charge.Usage.CacheRead)},
              {Column(lines, l => l.Charge.Usage.CacheWrite5m)}, {Column(lines, l => l.Charge.Usage.CacheWrite1h)}, {Column(lines, l => l.Charge.Usage.VisibleOutput)},
              {Column(lines, l => l.Charge.Usage.Reasoning)}, {Column(lines, l => l.Charge.Cost.NanoDollars)}, {Column(lines, l => Words<ChargeBasis>.Of(l.Charge.Basis))},
              {Column(lines, l => l.Charge.Outcome)})
            """;
    }

    public static Sql Expire(DateTimeOffset now, int most) => $"select hold_id, key_id, bound from ledger_expire({now}, {most})";

    public static Sql Resolve(DateTimeOffset now, Guid hold, Spend cost) => $"select ledger_resolve({now}, {hold}, {cost.NanoDollars})";

    public static Sql Forget(DateTimeOffset now) => $"select ledger_forget({now})";

    public static Sql Limit(Guid scope, Limits limits) => $"""
        select ledger_limit({scope}, {limits.PerRequest?.NanoDollars}::bigint, {limits.PerHour?.NanoDollars}::bigint, {limits.PerDay?.NanoDollars}::bigint,
          {limits.WarnPerRequest?.NanoDollars}::bigint, {limits.WarnPerHour?.NanoDollars}::bigint, {limits.WarnPerDay?.NanoDollars}::bigint)
        """;

    /// <summary>Keeps what a price was, before the first line refers to it.</summary>
    public static Sql Price(Price price) => $"insert into price_versions (version, canonical) values ({price.Version}, {price.Canonical}) on conflict do nothing";

    public static Taken ReadTaken(DbDataReader row)
    {
        var (hold, granted) = (row.GetGuid(0), row.GetBoolean(1));
        var warned = row.IsDBNull(9) ? null : row.GetString(9);
        if (granted) return new(hold, false, null, warned);

        var by = row.GetString(4);
        if (by == "released") return new(hold, true, null, warned);

        return new(hold, false, new(
            Words<BudgetWindow>.Parse(by), row.GetBoolean(5), new(row.GetInt64(6)), new(row.GetInt64(7)), new(row.GetInt64(2)), new(row.IsDBNull(3) ? 0 : row.GetInt64(3)),
            row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8)), warned);
    }

    public static Oddity ReadOddity(DbDataReader row) => new(row.GetGuid(0), row.GetString(1));

    public static Leased ReadLeased(DbDataReader row) => new(row.GetGuid(0), row.GetBoolean(1), row.GetInt64(2), row.IsDBNull(3) ? null : new Spend(row.GetInt64(3)));

    public static string ReadWarned(DbDataReader row) => row.GetString(1);

    private static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);

    private static T[] Column<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, T> value)
    {
        var column = new T[rows.Count];
        for (var i = 0; i < column.Length; i++) column[i] = value(rows[i]);
        return column;
    }
}
