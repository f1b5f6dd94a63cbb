using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>The limits in force: what the operator has set, or what was made stricter since.</summary>
internal static class ReadLimits
{
    /// <param name="Max">Null for no limit.</param>
    /// <param name="Used">Settled within the window and held at this moment; absent for one request.</param>
    public sealed record Window(Spend? Warn, Spend? Max, Spend? Used);

    public sealed record Response(Window PerRequest, Window PerHour, Window PerDay, string Policy);

    internal sealed record Row(long? RequestLimit, long? HourLimit, long? DayLimit, long? RequestWarn, long? HourWarn, long? DayWarn, long Hour, long Day)
    {
        public Limits Limits => new()
        {
            PerRequest = Amount(RequestLimit), PerHour = Amount(HourLimit), PerDay = Amount(DayLimit),
            WarnPerRequest = Amount(RequestWarn), WarnPerHour = Amount(HourWarn), WarnPerDay = Amount(DayWarn),
        };

        private static Spend? Amount(long? nanoDollars) => nanoDollars is { } amount ? new(amount) : null;
    }

    public static async Task<Ok<Response>> Handle(ReadDb db, BudgetSettings settings, TimeProvider clock, CancellationToken ct)
    {
        var row = await FindAsync(db, clock.GetUtcNow(), ct);
        var limits = settings.Limits.Within(row.Limits);
        return TypedResults.Ok(new Response(
            new(limits.WarnPerRequest, limits.PerRequest, null), new(limits.WarnPerHour, limits.PerHour, new(row.Hour)), new(limits.WarnPerDay, limits.PerDay, new(row.Day)),
            Kernel.Words<BudgetPolicy>.Of(settings.Policy)));
    }

    // What has left the windows since the last request is taken off only with the next one; so it is summed here.
    internal static async Task<Row> FindAsync(ReadDb db, DateTimeOffset now, CancellationToken ct) => await db.FirstAsync<Row>($"""
        select b.request_limit, b.hour_limit, b.day_limit, b.request_warn, b.hour_warn, b.day_warn,
          (b.held + coalesce((select sum(settled) from spend_minutes m where m.scope = b.scope and m.minute >= date_trunc('minute', {now} - interval '1 hour', 'UTC')), 0))::bigint as hour,
          (b.held + coalesce((select sum(settled) from spend_minutes m where m.scope = b.scope and m.minute >= date_trunc('minute', {now} - interval '24 hours', 'UTC')), 0))::bigint as day
        from budgets b where b.scope = {Guid.Empty}
        """, ct) ?? throw new InvalidOperationException("The budget of everything together is not there.");
}
