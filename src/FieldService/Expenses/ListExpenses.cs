using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.TimeEntries;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Expenses;

/// <summary>What was spent, the latest first, with what all of it comes to. A technician sees their own.</summary>
internal static class ListExpenses
{
    private static readonly Sorting Sorting = new("spent_on", descending: true,
        ("spent_on", $"e.spent_on, e.id", $"e.spent_on desc, e.id desc"),
        ("created_at", $"e.created_at, e.id", $"e.created_at desc, e.id desc"),
        ("amount_cents", $"e.amount_cents, e.id", $"e.amount_cents desc, e.id desc"),
        ("category", $"e.category, e.spent_on, e.id", $"e.category desc, e.spent_on desc, e.id desc"));

    /// <param name="From">The first day that is asked for.</param>
    /// <param name="To">The last day that is asked for.</param>
    public sealed record Filter
    {
        public string? Q { get; init; }

        public string? Category { get; init; }

        [FromQuery(Name = "user_id")]
        public string? UserId { get; init; }

        [FromQuery(Name = "job_id")]
        public string? JobId { get; init; }

        [FromQuery(Name = "visit_id")]
        public string? VisitId { get; init; }

        [FromQuery(Name = "paid_by")]
        public string? PaidBy { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    /// <summary>A page, and what all that was asked for comes to.</summary>
    public sealed record Response(IReadOnlyList<Expense> Data, Pagination Pagination, Sums Totals);

    public sealed record Sums(Money AmountCents, Money TaxCents, Money CostCents);

    private static readonly CsvColumn<Expense>[] Columns =
    [
        new("spent_on", e => Csv.Day(e.SpentOn)),
        new("category", e => Words<ExpenseCategory>.Of(e.Category)),
        new("vendor", e => e.Vendor),
        new("description", e => e.Description),
        new("amount", e => Csv.Amount(e.AmountCents), IsNumber: true),
        new("tax", e => Csv.Amount(e.TaxCents), IsNumber: true),
        new("cost", e => Csv.Amount(e.CostCents), IsNumber: true),
        new("paid_by", e => Words<PaidBy>.Of(e.PaidBy)),
        new("billable", e => e.IsBillable ? "yes" : "no"),
        new("charge", e => e.ChargeCents is { } charge ? Csv.Amount(charge) : null, IsNumber: true),
        new("user_id", e => e.UserId.Value.ToString()),
        new("job_id", e => e.JobId?.Value.ToString()),
        new("id", e => e.Id.Value.ToString()),
    ];

    public static async Task<Ok<Response>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, user);
        var (rows, total, sums) = await db.ReadAsync(
            [
                $"select {ExpenseSql.Columns} {asked} order by {order} {paging.Window}",
                $"select count(*), coalesce(sum(e.amount_cents), 0)::bigint, coalesce(sum(e.tax_cents), 0)::bigint, coalesce(sum(e.cost_cents), 0)::bigint {asked}",
            ],
            async (results, token) =>
            {
                var page = await results.ListAsync(ExpenseSql.Read, token);
                var all = (await results.ListAsync(row => (row.GetInt64(0), new Sums(new(row.GetInt64(1)), new(row.GetInt64(2)), new(row.GetInt64(3)))), token))[0];
                return (page, all.Item1, all.Item2);
            }, ct);
        return TypedResults.Ok(new Response([.. rows.Select(expense => expense.For(user))], new(paging.Page, paging.Limit, total), sums));
    }

    /// <summary>All that was asked for, as a file.</summary>
    public static async Task<IResult> Export([AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var order = Sorting.By(filter.Sort, filter.Order);
        var found = await db.ReadAsync([$"select {ExpenseSql.Columns} {Asked(filter, user)} order by {order}"], (results, token) => results.ListAsync(ExpenseSql.Read, token), ct);
        return Csv.File("expenses.csv", Columns, found.ToAsyncEnumerable());
    }

    public static async Task<Ok<One<Expense>>> One(ExpenseId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok((await db.ReadAsync(
            [$"select {ExpenseSql.Columns} from expenses e where e.account_id = {user.Account} and e.id = {id} {ExpenseSql.TheirOwn(user)}"],
            (results, token) => results.FirstAsync(ExpenseSql.Read, token), ct) ?? throw Missing.Of("expense")).For(user));

    private static Sql Asked(Filter filter, CurrentUser user)
    {
        var search = ListParameters.Search(filter.Q);
        var category = ListParameters.Word<ExpenseCategory>(filter.Category, "category");
        var person = ListParameters.Id(filter.UserId, "user_id");
        var job = ListParameters.Id(filter.JobId, "job_id");
        var visit = ListParameters.Id(filter.VisitId, "visit_id");
        var paidBy = ListParameters.Word<PaidBy>(filter.PaidBy, "paid_by");
        var from = HoursReport.DayOf(filter.From, "from");
        var to = HoursReport.DayOf(filter.To, "to");
        return $"""
            from expenses e
            where e.account_id = {user.Account}
            {ExpenseSql.TheirOwn(user)}
            {Sql.If(category is not null, $"and e.category = {category}")}
            {Sql.If(person is not null, $"and e.user_id = {person}")}
            {Sql.If(job is not null, $"and e.job_id = {job}")}
            {Sql.If(visit is not null, $"and e.visit_id = {visit}")}
            {Sql.If(paidBy is not null, $"and e.paid_by = {paidBy}")}
            {Sql.If(from is not null, $"and e.spent_on >= {from}")}
            {Sql.If(to is not null, $"and e.spent_on <= {to}")}
            {(search is null ? null : (Sql)$"and e.search like {search.Pattern}")}
            """;
    }
}
