using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>One invoice with its lines and taxes, as they were stored when it was written, and what is still open on it.</summary>
internal static class GetInvoice
{
    public sealed record Response : Invoice
    {
        internal Response(Invoice invoice, string clientName, string? jobTitle, IReadOnlyList<LineItem> lines, IReadOnlyList<TaxGroup> taxes) : base(invoice) =>
            (ClientName, JobTitle, LineItems, Taxes) = (clientName, jobTitle, lines, taxes);

        public string ClientName { get; }
        public string? JobTitle { get; }
        public IReadOnlyList<LineItem> LineItems { get; }
        public IReadOnlyList<TaxGroup> Taxes { get; }
    }

    public static async Task<Ok<One<Response>>> Handle(InvoiceId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.ReadAsync(Statements(user.Account, id), Read, ct) ?? throw Missing.Of("invoice"));

    /// <summary>The invoice as this transaction has just written it.</summary>
    public static async Task<Response> WrittenAsync(Db db, AccountId account, InvoiceId id, CancellationToken ct) => (await db.ReadAsync(Statements(account, id), Read, ct))!;

    private static Sql[] Statements(AccountId account, InvoiceId id) =>
    [
        $"""
        select {InvoiceSql.Columns}, c.name as client_name, j.title as job_title
        from invoices i
        join clients c on c.account_id = i.account_id and c.id = i.client_id
        left join jobs j on j.account_id = i.account_id and j.id = i.job_id
        where i.account_id = {account} and i.id = {id}
        """,
        $"select {LineItem.Columns}, l.estimate_line_item_id from invoice_line_items l where l.account_id = {account} and l.invoice_id = {id} order by l.sort_order",
        DocumentSql.Taxes(account, id),
    ];

    private static async Task<Response?> Read(ResultSets results, CancellationToken ct)
    {
        var head = await results.FirstAsync(row => new Head(InvoiceSql.Read(row), row.GetString(row.GetOrdinal("client_name")), row["job_title"] as string), ct);
        return head is null ? null : new(head.Invoice, head.ClientName, head.JobTitle, await results.ListAsync(LineItem.Read, ct), await results.ListAsync(DocumentSql.ReadTax, ct));
    }

    private sealed record Head(Invoice Invoice, string ClientName, string? JobTitle);
}
