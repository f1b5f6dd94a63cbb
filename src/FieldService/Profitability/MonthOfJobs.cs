using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.TimeEntries;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Profitability;

/// <summary>
/// What each job brought in and cost in one month of the company's calendar: invoices by the day they were issued, hours by the day they began, parts and expenses by
/// their own day. A job stands in every month in which it has any of these.
/// </summary>
internal static class MonthOfJobs
{
    private static readonly Sorting Sorting = new("profit_cents", descending: true,
        ("profit_cents", $"m.profit, j.id", $"m.profit desc, j.id desc"),
        ("revenue_cents", $"m.revenue, j.id", $"m.revenue desc, j.id desc"),
        ("cost_cents", $"m.parts + m.labour + m.expenses, j.id", $"m.parts + m.labour + m.expenses desc, j.id desc"),
        ("job_title", $"lower(j.title), j.id", $"lower(j.title) desc, j.id desc"));

    /// <param name="Month">2026-11; this month when it is left out.</param>
    public sealed record Filter
    {
        public string? Month { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Job(
        Guid JobId, string JobTitle, Guid ClientId, string ClientName, string Status, Money RevenueCents, Money PartsCostCents, Money LabourCostCents, Money ExpensesCents,
        Money CostCents, Money ProfitCents, decimal? MarginPercent);

    public sealed record Response(string Month, IReadOnlyList<Job> Data, Pagination Pagination, JobFigures Totals);

    private sealed record Row(Guid JobId, string JobTitle, Guid ClientId, string ClientName, string Status, long Revenue, long Parts, long Labour, long Expenses);

    private sealed record Whole(long Jobs, long Revenue, long Parts, long Labour, long Expenses);

    public static async Task<Ok<Response>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var calendar = WorkCalendar.Of(user);
        var (first, next) = WorkCalendar.Month(MonthOf(filter.Month) ?? calendar.Today(clock));
        var (from, to) = (calendar.StartOf(first), calendar.StartOf(next));
        var order = Sorting.By(filter.Sort, filter.Order);
        var sources = JobFigures.Sources(
            $"i.account_id = {user.Account} and i.sent_at >= {from} and i.sent_at < {to}",
            $"p.account_id = {user.Account} and p.used_on >= {first} and p.used_on < {next}",
            $"t.account_id = {user.Account} and t.started_at >= {from} and t.started_at < {to}",
            $"e.account_id = {user.Account} and e.spent_on >= {first} and e.spent_on < {next}", calendar.Zone);
        Sql month = $"""
            with m as (
              select job_id, sum(revenue)::bigint as revenue, sum(parts)::bigint as parts, sum(labour)::bigint as labour, sum(expenses)::bigint as expenses,
                     sum(revenue - parts - labour - expenses)::bigint as profit
              from ({sources}) source group by job_id
            )
            """;

        var (rows, whole) = await db.ReadAsync(
            [
                $"""
                {month}
                select j.id as job_id, j.title as job_title, j.client_id, c.name as client_name, j.status, m.revenue, m.parts, m.labour, m.expenses
                from m
                join jobs j on j.account_id = {user.Account} and j.id = m.job_id
                join clients c on c.account_id = j.account_id and c.id = j.client_id
                order by {order}
                {paging.Window}
                """,
                $"""
                {month}
                select count(*) as jobs, coalesce(sum(revenue), 0)::bigint as revenue, coalesce(sum(parts), 0)::bigint as parts, coalesce(sum(labour), 0)::bigint as labour,
                       coalesce(sum(expenses), 0)::bigint as expenses
                from m
                """,
            ],
            async (results, token) => (await results.ListAsync<Row>(token), (await results.FirstAsync<Whole>(token))!), ct);

        return TypedResults.Ok(new Response(
            $"{first:yyyy-MM}", [.. rows.Select(JobOf)], new(paging.Page, paging.Limit, whole.Jobs),
            new(new(whole.Revenue), new(whole.Parts), new(whole.Labour), new(whole.Expenses))));
    }

    private static Job JobOf(Row row)
    {
        var figures = new JobFigures(new(row.Revenue), new(row.Parts), new(row.Labour), new(row.Expenses));
        return new(
            row.JobId, row.JobTitle, row.ClientId, row.ClientName, row.Status, figures.RevenueCents, figures.PartsCostCents, figures.LabourCostCents, figures.ExpensesCents,
            figures.CostCents, figures.ProfitCents, figures.MarginPercent);
    }

    private static DateOnly? MonthOf(string? text) =>
        text is null or "" ? null
        : DateOnly.TryParseExact(text, "yyyy-MM", out var month) && month.Year is >= 1900 and < 2300 ? month
        : throw new RuleException("VALIDATION_ERROR", "month must be a month such as 2026-11.") { Field = "month" };
}
