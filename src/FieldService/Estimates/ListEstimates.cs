using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>The estimates of the company, newest first unless another order is asked for.</summary>
internal static class ListEstimates
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"e.created_at, e.id", $"e.created_at desc, e.id desc"),
        ("updated_at", $"e.updated_at, e.id", $"e.updated_at desc, e.id desc"),
        ("expires_on", $"e.expires_on nulls first, e.id", $"e.expires_on desc nulls last, e.id desc"),
        ("expires_at", $"e.expires_on nulls first, e.id", $"e.expires_on desc nulls last, e.id desc"),
        ("estimate_number", $"length(e.estimate_number) nulls first, e.estimate_number nulls first, e.revision, e.id", $"length(e.estimate_number) desc nulls last, e.estimate_number desc nulls last, e.revision desc, e.id desc"),
        ("total_cents", $"e.total_cents, e.id", $"e.total_cents desc, e.id desc"),
        ("client_name", $"lower(c.name), e.id", $"lower(c.name) desc, e.id desc"));

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

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? JobId, Guid? PropertyId, string Status, Percent TaxRate, Money? FlatRateCents,
        Money SubtotalCents, Money TaxCents, Money TotalCents, Money? DepositCents, string? EstimateNumber, int Revision, string? Notes, string? InternalNotes, DateOnly? ExpiresOn,
        DateTimeOffset? ExpiresAt, DateTimeOffset? SentAt, DateTimeOffset? DecidedAt, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, user);
        Sql clients = $"join clients c on c.account_id = e.account_id and c.id = e.client_id";

        Sql id = $"e.id, e.account_id, e.client_id", origin = $"e.job_id, e.property_id, e.status", made = $"e.sent_at, e.decided_at, e.created_by, e.created_at, e.updated_at, e.version";
        Sql amounts = $"e.flat_rate_cents, e.subtotal_cents, e.tax_cents, e.total_cents, e.deposit_cents, e.estimate_number, e.revision, e.notes, e.internal_notes, e.expires_on";

        // The page first, then the names of its clients.
        return Answers.Page(paging, await db.PageAsync<Row>(search,
            $"""
            with page as materialized (
              select {id}, {origin}, e.tax_rate_millionths, {amounts}, {made} {Answers.Counted(search)}
              from estimates e {Sql.If(filter.Sort is "client_name", clients)} where {asked} order by {order} {paging.Window}
            )
            select {id}, c.name as client_name, {origin}, e.tax_rate_millionths as tax_rate, {amounts},
                   (e.expires_on + 1)::timestamp at time zone {user.TimeZone} as expires_at, {made} {Answers.Total(search)}
            from page e {clients} order by {order}
            """,
            $"select count(*) from estimates e where {asked}", ct));
    }

    /// <summary>A condition: the estimate <c>e</c> is asked for.</summary>
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    internal static Sql Asked(Filter filter, CurrentUser user)
    {
        var search = ListParameters.Search(filter.Q);
        var status = ListParameters.Word<EstimateStatus>(filter.Status, "status");
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var job = ListParameters.Id(filter.JobId, "job_id");
        var (from, until) = CompanyDay.Span(user, filter.From, filter.To);
        return $"""
            e.account_id = {user.Account}
            {Sql.If(status is not null, $"and e.status = {status}")}
            {Sql.If(client is not null, $"and e.client_id = {client}")}
            {Sql.If(job is not null, $"and e.job_id = {job}")}
            {Sql.If(from is not null, $"and coalesce(e.sent_at, e.created_at) >= {from}")}
            {Sql.If(until is not null, $"and coalesce(e.sent_at, e.created_at) < {until}")}
            {Sql.If(filter.MinTotalCents is not null, $"and e.total_cents >= {filter.MinTotalCents}")}
            {Sql.If(filter.MaxTotalCents is not null, $"and e.total_cents <= {filter.MaxTotalCents}")}
            {(search is null ? null : EstimateSearch.And(search))}
            """;
    }
}
