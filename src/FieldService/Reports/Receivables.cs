using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Reports;

/// <summary>Who owes how much, and how long after it was due: by client, on the company's calendar of today.</summary>
internal static class Receivables
{
    private static readonly Sorting Sorting = new("total_cents", descending: true,
        ("total_cents", $"r.total_cents, r.client_id", $"r.total_cents desc, r.client_id desc"),
        ("over_90_cents", $"r.over90_cents, r.client_id", $"r.over90_cents desc, r.client_id desc"),
        ("client_name", $"lower(r.client_name), r.client_id", $"lower(r.client_name) desc, r.client_id desc"));

    public sealed record Filter
    {
        public string? Sort { get; init; }

        public string? Order { get; init; }

        public string? Format { get; init; }
    }

    /// <param name="CurrentCents">Not due yet.</param>
    /// <param name="UpTo30Cents">Due for 1 to 30 days.</param>
    public record Ageing(
        Money CurrentCents,
        [property: JsonPropertyName("up_to_30_cents")] Money UpTo30Cents,
        [property: JsonPropertyName("up_to_60_cents")] Money UpTo60Cents,
        [property: JsonPropertyName("up_to_90_cents")] Money UpTo90Cents,
        [property: JsonPropertyName("over_90_cents")] Money Over90Cents,
        Money TotalCents);

    /// <param name="CreditCents">What is held for the client, deposits included. It is not taken off what is owed.</param>
    public sealed record Row(
        Guid ClientId, string ClientName, long Invoices, DateOnly? OldestDueDate, Money CreditCents,
        Money CurrentCents, Money UpTo30Cents, Money UpTo60Cents, Money UpTo90Cents, Money Over90Cents, Money TotalCents)
        : Ageing(CurrentCents, UpTo30Cents, UpTo60Cents, UpTo90Cents, Over90Cents, TotalCents);

    public sealed record Response(IReadOnlyList<Row> Data, Pagination Pagination, Ageing Totals);

    private sealed record Sum(long Clients, Money CurrentCents, Money UpTo30Cents, Money UpTo60Cents, Money UpTo90Cents, Money Over90Cents, Money TotalCents);

    public static async Task<IResult> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, HttpRequest http, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var csv = ReportForm.WantsCsv(http);
        var order = Sorting.By(filter.Sort, filter.Order);
        var today = Months.Today(user, clock);
        Sql open = $"from invoices i where i.account_id = {user.Account} and i.status in ('sent', 'partial', 'overdue')";
        Sql rows = $"""
            select * from (
              select i.client_id, c.name as client_name, count(*) as invoices, min(i.due_date) as oldest_due_date,
                     (select coalesce(sum(r.balance_cents), 0)::bigint from client_credits r where r.account_id = {user.Account} and r.client_id = i.client_id) as credit_cents,
                     {Buckets(today)}
              from (select i.client_id, i.due_date, i.balance_cents {open}) i
              join clients c on c.account_id = {user.Account} and c.id = i.client_id
              group by i.client_id, c.name) r
            order by {order}
            """;
        if (csv) return ReportForm.Csv("receivables.csv", Columns, await db.ListAsync<Row>(rows, ct));

        return await db.ReadAsync(
            [$"{rows} {paging.Window}", $"select count(distinct i.client_id) as clients, {Buckets(today)} {open}"],
            async (results, token) =>
            {
                var found = await results.ListAsync<Row>(token);
                var sum = (await results.FirstAsync<Sum>(token))!;
                return (IResult)TypedResults.Ok(new Response(found, new(paging.Page, paging.Limit, sum.Clients),
                    new(sum.CurrentCents, sum.UpTo30Cents, sum.UpTo60Cents, sum.UpTo90Cents, sum.Over90Cents, sum.TotalCents)));
            }, ct);
    }

    // Without a due day it is not late.
    private static Sql Buckets(DateOnly today) => $"""
        coalesce(sum(i.balance_cents) filter (where i.due_date is null or i.due_date >= {today}), 0)::bigint as current_cents,
        coalesce(sum(i.balance_cents) filter (where {today} - i.due_date between 1 and 30), 0)::bigint as up_to30_cents,
        coalesce(sum(i.balance_cents) filter (where {today} - i.due_date between 31 and 60), 0)::bigint as up_to60_cents,
        coalesce(sum(i.balance_cents) filter (where {today} - i.due_date between 61 and 90), 0)::bigint as up_to90_cents,
        coalesce(sum(i.balance_cents) filter (where {today} - i.due_date > 90), 0)::bigint as over90_cents,
        coalesce(sum(i.balance_cents), 0)::bigint as total_cents
        """;

    private static readonly IReadOnlyList<CsvColumn<Row>> Columns =
    [
        new("client_id", r => r.ClientId.ToString()),
        new("client_name", r => r.ClientName),
        new("invoices", r => Csv.Number(r.Invoices), true),
        new("oldest_due_date", r => Csv.Day(r.OldestDueDate)),
        new("current", r => Csv.Amount(r.CurrentCents), true),
        new("up_to_30", r => Csv.Amount(r.UpTo30Cents), true),
        new("up_to_60", r => Csv.Amount(r.UpTo60Cents), true),
        new("up_to_90", r => Csv.Amount(r.UpTo90Cents), true),
        new("over_90", r => Csv.Amount(r.Over90Cents), true),
        new("total", r => Csv.Amount(r.TotalCents), true),
        new("credit", r => Csv.Amount(r.CreditCents), true),
    ];
}
