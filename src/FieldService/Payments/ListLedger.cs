using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>The ledger, newest first: all of it, or what concerns one client, invoice, payment or credit.</summary>
internal static class ListLedger
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"l.created_at, l.id", $"l.created_at desc, l.id desc"),
        ("happened_at", $"l.happened_at, l.id", $"l.happened_at desc, l.id desc"));

    public sealed record Filter
    {
        public string? Kind { get; init; }

        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        [FromQuery(Name = "invoice_id")]
        public string? InvoiceId { get; init; }

        [FromQuery(Name = "payment_id")]
        public string? PaymentId { get; init; }

        [FromQuery(Name = "credit_id")]
        public string? CreditId { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    /// <param name="ReversedById">The entry that undid this one.</param>
    public sealed record Row(
        Guid Id, Guid AccountId, string Kind, Guid ClientId, string ClientName, Guid? InvoiceId, string? InvoiceNumber, Guid? PaymentId, Guid? CreditId, Guid? CreditNoteId,
        Guid? ReversesId, Guid? ReversedById, Money MoneyCents, Money PaidCents, Money CreditedCents, Money WrittenOffCents, Money CreditCents, string? Method, string? Reason,
        Guid CreatedBy, DateTimeOffset HappenedAt, DateTimeOffset CreatedAt);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, user);

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            with page as materialized (select l.id from ledger_entries l where {asked} order by {order} {paging.Window})
            select l.id, l.account_id, l.kind, l.client_id, c.name as client_name, l.invoice_id, i.invoice_number, l.payment_id, l.credit_id, l.credit_note_id, l.reverses_id,
                   (select r.id from ledger_entries r where r.account_id = l.account_id and r.reverses_id = l.id) as reversed_by_id,
                   l.money_cents, l.paid_cents, l.credited_cents, l.written_off_cents, l.credit_cents, l.method, l.reason, l.created_by, l.happened_at, l.created_at
            from page
            join ledger_entries l on l.account_id = {user.Account} and l.id = page.id
            join clients c on c.account_id = l.account_id and c.id = l.client_id
            left join invoices i on i.account_id = l.account_id and i.id = l.invoice_id
            order by {order}
            """,
            $"select count(*) from ledger_entries l where {asked}", ct));
    }

    /// <summary>A condition: the entry <c>l</c> is asked for.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static Sql Asked(Filter filter, CurrentUser user)
    {
        var kind = ListParameters.Word<LedgerKind>(filter.Kind, "kind");
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var invoice = ListParameters.Id(filter.InvoiceId, "invoice_id");
        var payment = ListParameters.Id(filter.PaymentId, "payment_id");
        var credit = ListParameters.Id(filter.CreditId, "credit_id");
        return $"""
            l.account_id = {user.Account}
            {Sql.If(kind is not null, $"and l.kind = {kind}")}
            {Sql.If(client is not null, $"and l.client_id = {client}")}
            {Sql.If(invoice is not null, $"and l.invoice_id = {invoice}")}
            {Sql.If(payment is not null, $"and l.payment_id = {payment}")}
            {Sql.If(credit is not null, $"and l.credit_id = {credit}")}
            """;
    }
}
