using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits;

/// <summary>The credit notes of the company, newest first.</summary>
internal static class ListCreditNotes
{
    private static readonly Sorting Sorting = new("issued_at", descending: true,
        ("issued_at", $"n.issued_at, n.id", $"n.issued_at desc, n.id desc"),
        ("total_cents", $"n.total_cents, n.id", $"n.total_cents desc, n.id desc"));

    public sealed record Filter
    {
        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        [FromQuery(Name = "invoice_id")]
        public string? InvoiceId { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid InvoiceId, string InvoiceNumber, Guid ClientId, string ClientName, string CreditNoteNumber, string Reason, Money SubtotalCents, Money TaxCents,
        Money TotalCents, DateTimeOffset IssuedAt);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var invoice = ListParameters.Id(filter.InvoiceId, "invoice_id");
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            n.account_id = {user.Account}
            {Sql.If(client is not null, $"and n.client_id = {client}")}
            {Sql.If(invoice is not null, $"and n.invoice_id = {invoice}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            select n.id, n.account_id, n.invoice_id, i.invoice_number, n.client_id, c.name as client_name, n.credit_note_number, n.reason, n.subtotal_cents, n.tax_cents, n.total_cents, n.issued_at
            from credit_notes n
            join invoices i on i.account_id = n.account_id and i.id = n.invoice_id
            join clients c on c.account_id = n.account_id and c.id = n.client_id
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from credit_notes n where {asked}", ct));
    }
}
