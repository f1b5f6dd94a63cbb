using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>The invoice plans of the company, one of them, when it comes round next, and what was made of it.</summary>
internal static class ListInvoicePlans
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"p.created_at, p.id", $"p.created_at desc, p.id desc"),
        ("next_at", $"p.next_at nulls last, p.id", $"p.next_at desc nulls last, p.id desc"),
        ("title", $"lower(p.title), p.id", $"lower(p.title) desc, p.id desc"));

    private static readonly Sorting Times = new("at", descending: true, ("at", $"o.at, o.occurs_at_local", $"o.at desc, o.occurs_at_local desc"));

    public sealed record Filter
    {
        public string? Status { get; init; }

        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? PropertyId, string Title, bool Issues, string TimeZone, string Rrule, string Status,
        DateTimeOffset? NextAt, string? Trouble, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version);

    public sealed record Made(WallTime OccursAtLocal, DateTimeOffset At, Guid? InvoiceId, string? InvoiceNumber, string? InvoiceStatus);

    private sealed record Found(DateTime OccursAtLocal, DateTimeOffset At, Guid? InvoiceId, string? InvoiceNumber, string? InvoiceStatus);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var status = ListParameters.Word<PlanStatus>(filter.Status, "status");
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            p.account_id = {user.Account}
            {Sql.If(status is not null, $"and p.status = {status}")}
            {Sql.If(client is not null, $"and p.client_id = {client}")}
            {(search is null ? null : (Sql)$"and lower(p.title) like {search.Pattern}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            select p.id, p.account_id, p.client_id, c.name as client_name, p.property_id, p.title, p.issues, p.time_zone, p.rrule, p.status, p.next_at, p.trouble, p.created_at,
                   p.updated_at, p.version
            from invoice_plans p
            join clients c on c.account_id = p.account_id and c.id = p.client_id
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from invoice_plans p where {asked}", ct));
    }

    public static async Task<Ok<One<InvoicePlan>>> Get(InvoicePlanId id, CurrentUser user, ReadDb db, CancellationToken ct) => Answers.Ok(await Find(id, user, db, ct));

    public static async Task<Ok<One<PreviewJobPlan.Response>>> Preview(InvoicePlanId id, [Range(1, PreviewJobPlan.Most)] int? count, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var plan = await Find(id, user, db, ct);
        var times = plan.NextAt is { } next ? plan.Recurrence.From(next < clock.GetUtcNow() ? next : clock.GetUtcNow()).Take(count ?? PreviewJobPlan.Usual) : [];
        return Answers.Ok(PreviewJobPlan.Of(plan.Recurrence, times, []));
    }

    public static async Task<Ok<Page<Made>>> Occurrences(
        InvoicePlanId id, [AsParameters] Paging paging, string? sort, string? order, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var by = Times.By(sort, order);
        var (found, total) = await db.PageAsync<Found>(
            $"""
            select o.occurs_at_local, o.at, o.invoice_id, i.invoice_number, i.status as invoice_status
            from invoice_plan_occurrences o
            left join invoices i on i.account_id = o.account_id and i.id = o.invoice_id
            where o.account_id = {user.Account} and o.plan_id = {id}
            order by {by}
            {paging.Window}
            """,
            $"select count(*) from invoice_plan_occurrences o where o.account_id = {user.Account} and o.plan_id = {id}", ct);
        if (total == 0) await Find(id, user, db, ct);

        return Answers.Page(paging, (found.ConvertAll(o => new Made(new(o.OccursAtLocal), o.At, o.InvoiceId, o.InvoiceNumber, o.InvoiceStatus)), total));
    }

    private static async Task<InvoicePlan> Find(InvoicePlanId id, CurrentUser user, ReadDb db, CancellationToken ct) => await db.ReadAsync(
        [$"select {InvoicePlanSql.Columns} from invoice_plans where account_id = {user.Account} and id = {id}"],
        (results, token) => results.FirstAsync(InvoicePlanSql.Read, token), ct) ?? throw Missing.Of("invoice plan");
}
