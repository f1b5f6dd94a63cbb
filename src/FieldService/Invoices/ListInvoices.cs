using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>The invoices of the company, newest first unless another order is asked for.</summary>
internal static class ListInvoices
{
    // Numbers are padded to four digits; the ten-thousandth is longer and comes after the rest.
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"i.created_at, i.id", $"i.created_at desc, i.id desc"),
        ("updated_at", $"i.updated_at, i.id", $"i.updated_at desc, i.id desc"),
        ("due_date", $"i.due_date, i.id", $"i.due_date desc nulls last, i.id desc"),
        ("total_cents", $"i.total_cents, i.id", $"i.total_cents desc, i.id desc"),
        ("invoice_number", $"length(i.invoice_number), i.invoice_number, i.id", $"length(i.invoice_number) desc nulls last, i.invoice_number desc, i.id desc"),
        ("client_name", $"lower(c.name), i.id", $"lower(c.name) desc, i.id desc"));

    public sealed record Filter
    {
        public string? Q { get; init; }

        public string? Status { get; init; }

        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        [FromQuery(Name = "job_id")]
        public string? JobId { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? JobId, Guid? EstimateId, Guid? PropertyId, string Status, string? InvoiceNumber, Percent TaxRate,
        Money? FlatRateCents, Money SubtotalCents, Money TaxCents, Money TotalCents, Money PaidCents, Money BalanceCents, string? Notes, DateOnly? DueDate,
        DateTimeOffset? SentAt, DateTimeOffset? PaidAt, DateTimeOffset? VoidedAt, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var status = ListParameters.Word<InvoiceStatus>(filter.Status, "status");
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var job = ListParameters.Id(filter.JobId, "job_id");
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            from invoices i
            join clients c on c.account_id = i.account_id and c.id = i.client_id
            where i.account_id = {user.Account}
            {Sql.If(status is not null, $"and i.status = {status}")}
            {Sql.If(client is not null, $"and i.client_id = {client}")}
            {Sql.If(job is not null, $"and i.job_id = {job}")}
            {(search is null ? null : (Sql)$"and (c.search like {search.Pattern} or lower(i.invoice_number) like {search.Pattern} or lower(i.notes) like {search.Pattern})")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            select i.id, i.account_id, i.client_id, c.name as client_name, i.job_id, i.estimate_id, i.property_id, i.status, i.invoice_number,
                   i.tax_rate_millionths as tax_rate, i.flat_rate_cents, i.subtotal_cents, i.tax_cents, i.total_cents, i.paid_cents,
                   case when i.status = 'void' then 0 else i.total_cents - i.paid_cents end as balance_cents,
                   i.notes, i.due_date, i.sent_at, i.paid_at, i.voided_at, i.created_by, i.created_at, i.updated_at
            {asked}
            order by {order}
            limit {paging.Limit} offset {paging.Offset}
            """,
            $"select count(*) {asked}", ct));
    }
}
