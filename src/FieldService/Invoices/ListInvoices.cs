using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
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
        ("due_date", $"i.due_date nulls first, i.id", $"i.due_date desc nulls last, i.id desc"),
        ("balance_cents", $"i.balance_cents, i.id", $"i.balance_cents desc, i.id desc"),
        ("total_cents", $"i.total_cents, i.id", $"i.total_cents desc, i.id desc"),
        ("invoice_number", $"length(i.invoice_number) nulls first, i.invoice_number nulls first, i.id", $"length(i.invoice_number) desc nulls last, i.invoice_number desc nulls last, i.id desc"),
        ("client_name", $"lower(c.name), i.id", $"lower(c.name) desc, i.id desc"));

    public sealed record Filter
    {
        public string? Q { get; init; }

        public string? Status { get; init; }

        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        [FromQuery(Name = "job_id")]
        public string? JobId { get; init; }

        /// <summary>The first and the last day, where the company is, on which it was sent; a draft counts by the day it was made.</summary>
        public string? From { get; init; }

        public string? To { get; init; }

        [FromQuery(Name = "min_total_cents")]
        public long? MinTotalCents { get; init; }

        [FromQuery(Name = "max_total_cents")]
        public long? MaxTotalCents { get; init; }

        /// <summary>Whether its day has passed and something is still to be paid, whatever the worker has got round to.</summary>
        public bool? Overdue { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? JobId, Guid? EstimateId, Guid? PropertyId, string Status, string? InvoiceNumber, Percent TaxRate,
        Money? FlatRateCents, Money SubtotalCents, Money TaxCents, Money TotalCents, Money PaidCents, Money CreditedCents, Money WrittenOffCents, Money BalanceCents, string? Notes, DateOnly? DueDate,
        DateTimeOffset? SentAt, DateTimeOffset? PaidAt, DateTimeOffset? VoidedAt, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, user, clock);
        Sql clients = $"join clients c on c.account_id = i.account_id and c.id = i.client_id";

        Sql id = $"i.id, i.account_id, i.client_id", origin = $"i.job_id, i.estimate_id, i.property_id, i.status, i.invoice_number";
        Sql amounts = $"""
            i.flat_rate_cents, i.subtotal_cents, i.tax_cents, i.total_cents, i.paid_cents, i.credited_cents, i.written_off_cents, i.balance_cents,
            i.notes, i.due_date, i.sent_at, i.paid_at, i.voided_at, i.created_by, i.created_at, i.updated_at
            """;

        // The page first, then the names of its clients.
        return Answers.Page(paging, await db.PageAsync<Row>(search,
            $"""
            with page as materialized (
              select {id}, {origin}, i.tax_rate_millionths, {amounts} {Answers.Counted(search)}
              from invoices i {Sql.If(filter.Sort is "client_name", clients)} where {asked} order by {order} {paging.Window}
            )
            select {id}, c.name as client_name, {origin}, i.tax_rate_millionths as tax_rate, {amounts} {Answers.Total(search)} from page i {clients} order by {order}
            """,
            $"select count(*) from invoices i where {asked}", ct));
    }

    /// <summary>A condition: the invoice <c>i</c> is asked for.</summary>
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    internal static Sql Asked(Filter filter, CurrentUser user, TimeProvider clock)
    {
        var search = ListParameters.Search(filter.Q);
        var status = ListParameters.Word<InvoiceStatus>(filter.Status, "status");
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var job = ListParameters.Id(filter.JobId, "job_id");
        var today = CompanyDay.Today(user, clock);
        var (from, until) = CompanyDay.Span(user, filter.From, filter.To);
        return $"""
            i.account_id = {user.Account}
            {Sql.If(status is not null, $"and i.status = {status}")}
            {Sql.If(client is not null, $"and i.client_id = {client}")}
            {Sql.If(job is not null, $"and i.job_id = {job}")}
            {Sql.If(from is not null, $"and coalesce(i.sent_at, i.created_at) >= {from}")}
            {Sql.If(until is not null, $"and coalesce(i.sent_at, i.created_at) < {until}")}
            {Sql.If(filter.MinTotalCents is not null, $"and i.total_cents >= {filter.MinTotalCents}")}
            {Sql.If(filter.MaxTotalCents is not null, $"and i.total_cents <= {filter.MaxTotalCents}")}
            {Sql.If(filter.Overdue is true, $"and i.status in ('sent', 'partial', 'overdue') and i.due_date < {today}")}
            {Sql.If(filter.Overdue is false, $"and (i.status not in ('sent', 'partial', 'overdue') or i.due_date is null or i.due_date >= {today})")}
            {(search is null ? null : InvoiceSearch.And(search))}
            """;
    }
}
