using Outpost.FieldService.TimeEntries;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Profitability;

/// <summary>
/// What a job has brought in and what it has cost, without tax. Revenue is what was invoiced, less what credit notes took back of it, in the month of the invoice; parts, hours and expenses count whether they are charged for or
/// not. Everything is read from what was stored; hours cost what the person's rate was on the day they began, and each entry is rounded to a cent.
/// </summary>
public sealed record JobFigures(Money RevenueCents, Money PartsCostCents, Money LabourCostCents, Money ExpensesCents)
{
    public Money CostCents => PartsCostCents + LabourCostCents + ExpensesCents;

    public Money ProfitCents => RevenueCents - CostCents;

    /// <summary>The share of the revenue that is left, in per cent with two decimals; null without revenue.</summary>
    public decimal? MarginPercent => RevenueCents == Money.Zero ? null : decimal.Round(ProfitCents.Cents * 100m / RevenueCents.Cents, 2, MidpointRounding.AwayFromZero);

    /// <summary>Every amount of every job, one row for each source: <c>job_id, revenue, parts, labour, expenses</c>. Each part is narrowed by the caller.</summary>
    internal static Sql Sources(Sql invoices, Sql parts, Sql times, Sql expenses, string zone) => $"""
        select i.job_id,
               (i.subtotal_cents - coalesce((select sum(n.subtotal_cents) from credit_notes n where n.account_id = i.account_id and n.invoice_id = i.id), 0))::bigint as revenue,
               0::bigint as parts, 0::bigint as labour, 0::bigint as expenses
        from invoices i where {invoices} and i.job_id is not null and i.status not in ('draft', 'void')
        union all
        select p.job_id, 0, p.cost_cents, 0, 0 from visit_parts p where {parts} and p.cost_cents is not null
        union all
        select t.job_id, 0, 0, round(extract(epoch from t.ended_at - t.started_at) * rate.cost_cents / 3600)::bigint, 0
        from time_entries t
        cross join lateral {LabourRateSql.RateOf(zone)} rate
        where {times} and t.job_id is not null and t.kind <> 'break' and t.ended_at is not null
        union all
        select e.job_id, 0, 0, 0, e.cost_cents from expenses e where {expenses} and e.job_id is not null
        """;
}
