using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.TimeEntries;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Profitability;

/// <summary>Whether a job was worth it, and what nobody has put a price on yet.</summary>
internal static class JobProfit
{
    /// <param name="PartsWithoutCost">Used parts whose cost nobody knows: the true profit is less.</param>
    /// <param name="TimeWithoutRate">Time entries of people without a rate on that day.</param>
    public sealed record Response(
        Guid JobId, string JobTitle, Guid ClientId, string ClientName, string Status, Money RevenueCents, Money PartsCostCents, Money LabourCostCents, Money ExpensesCents,
        Money CostCents, Money ProfitCents, decimal? MarginPercent, long WorkedSeconds, int PartsWithoutCost, int TimeWithoutRate, int RunningTimers);

    private sealed record Row(
        Guid JobId, string JobTitle, Guid ClientId, string ClientName, string Status, long Revenue, long Parts, long Labour, long Expenses, long WorkedSeconds, int PartsWithoutCost,
        int TimeWithoutRate, int RunningTimers);

    public static async Task<Ok<One<Response>>> Handle(JobId id, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var zone = WorkCalendar.Of(user).Zone;
        var sources = JobFigures.Sources(
            $"i.account_id = {user.Account} and i.job_id = {id}", $"p.account_id = {user.Account} and p.job_id = {id}", $"t.account_id = {user.Account} and t.job_id = {id}",
            $"e.account_id = {user.Account} and e.job_id = {id}", zone);
        var row = await db.FirstAsync<Row>($"""
            select j.id as job_id, j.title as job_title, j.client_id, c.name as client_name, j.status, sums.*,
                   (select coalesce(sum(extract(epoch from t.ended_at - t.started_at)), 0)::bigint from time_entries t
                    where t.account_id = j.account_id and t.job_id = j.id and t.kind <> 'break' and t.ended_at is not null) as worked_seconds,
                   (select count(*)::int from visit_parts p where p.account_id = j.account_id and p.job_id = j.id and p.cost_cents is null) as parts_without_cost,
                   (select count(*)::int from time_entries t where t.account_id = j.account_id and t.job_id = j.id and t.kind <> 'break' and t.ended_at is not null
                      and not exists {LabourRateSql.RateOf(zone)}) as time_without_rate,
                   (select count(*)::int from time_entries t where t.account_id = j.account_id and t.job_id = j.id and t.ended_at is null) as running_timers
            from jobs j
            join clients c on c.account_id = j.account_id and c.id = j.client_id
            cross join (
              select coalesce(sum(revenue), 0)::bigint as revenue, coalesce(sum(parts), 0)::bigint as parts, coalesce(sum(labour), 0)::bigint as labour,
                     coalesce(sum(expenses), 0)::bigint as expenses
              from ({sources}) source
            ) sums
            where j.account_id = {user.Account} and j.id = {id}
            """, ct) ?? throw Missing.Of("job");

        var figures = new JobFigures(new(row.Revenue), new(row.Parts), new(row.Labour), new(row.Expenses));
        return Answers.Ok(new Response(
            row.JobId, row.JobTitle, row.ClientId, row.ClientName, row.Status, figures.RevenueCents, figures.PartsCostCents, figures.LabourCostCents, figures.ExpensesCents,
            figures.CostCents, figures.ProfitCents, figures.MarginPercent, row.WorkedSeconds, row.PartsWithoutCost, row.TimeWithoutRate, row.RunningTimers));
    }
}
