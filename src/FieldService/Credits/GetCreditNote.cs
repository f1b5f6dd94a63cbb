using System.Data.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits;

/// <summary>One credit note as it was issued. Its amounts are positive and stand against those of the invoice.</summary>
internal static class GetCreditNote
{
    /// <param name="DiscountAmountCents">How much of the invoice's discount on the whole goes with it.</param>
    public sealed record Response(
        CreditNoteId Id, AccountId AccountId, InvoiceId InvoiceId, string InvoiceNumber, ClientId ClientId, string ClientName, string CreditNoteNumber, string Reason, bool PricesIncludeTax,
        Money DiscountAmountCents, Money SubtotalCents, Money TaxCents, Money TotalCents, DateTimeOffset IssuedAt, UserId CreatedBy)
    {
        public IReadOnlyList<Line> LineItems { get; init; } = [];

        public IReadOnlyList<TaxGroup> Taxes { get; init; } = [];
    }

    /// <param name="InvoiceLineItemId">Null for the flat rate of the invoice.</param>
    /// <param name="Quantity">Of a line that is taken back as a whole, like unit, price and its own discount.</param>
    public sealed record Line(
        LineItemId? InvoiceLineItemId, string Description, Quantity? Quantity, string? Unit, UnitPrice? UnitPrice, Money DiscountAmountCents, Percent TaxRate, string? TaxName,
        Money TotalCents, Money DiscountShareCents);

    public static async Task<Ok<One<Response>>> Handle(CreditNoteId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.ReadAsync(Statements(user.Account, id), Read, ct) ?? throw Missing.Of("credit note"));

    /// <summary>The note as this transaction has just written it.</summary>
    public static async Task<Response> WrittenAsync(Db db, AccountId account, CreditNoteId id, CancellationToken ct) => (await db.ReadAsync(Statements(account, id), Read, ct))!;

    private static Sql[] Statements(AccountId account, CreditNoteId id) =>
    [
        $"""
        select n.id, n.account_id, n.invoice_id, i.invoice_number, n.client_id, c.name, n.credit_note_number, n.reason, n.prices_include_tax, n.discount_amount_cents,
               n.subtotal_cents, n.tax_cents, n.total_cents, n.issued_at, n.created_by
        from credit_notes n
        join invoices i on i.account_id = n.account_id and i.id = n.invoice_id
        join clients c on c.account_id = n.account_id and c.id = n.client_id
        where n.account_id = {account} and n.id = {id}
        """,
        $"""
        select invoice_line_item_id, description, quantity, unit, unit_price, line_discount_cents, tax_rate_millionths, tax_name, total_cents, discount_share_cents
        from credit_note_lines where account_id = {account} and credit_note_id = {id} order by sort_order
        """,
        $"""
        select tax_rate_millionths, name, base_cents, tax_cents, components::text
        from credit_note_taxes where account_id = {account} and credit_note_id = {id} order by tax_rate_millionths, name collate "C"
        """,
    ];

    private static async Task<Response?> Read(ResultSets results, CancellationToken ct)
    {
        var head = await results.FirstAsync(static row => new Response(
            new(row.GetGuid(0)), new(row.GetGuid(1)), new(row.GetGuid(2)), row.GetString(3), new(row.GetGuid(4)), row.GetString(5), row.GetString(6), row.GetString(7), row.GetBoolean(8),
            new(row.GetInt64(9)), new(row.GetInt64(10)), new(row.GetInt64(11)), new(row.GetInt64(12)), row.GetFieldValue<DateTimeOffset>(13), new(row.GetGuid(14))), ct);
        if (head is null) return null;

        var lines = await results.ListAsync(ReadLine, ct);
        var taxes = await results.ListAsync(CreditNoteSql.ReadTax, ct);
        return head with
        {
            LineItems = lines,
            Taxes = [.. taxes.Select(tax => new TaxGroup(tax.Rate, tax.Base, tax.Tax) { Name = tax.Name is "" ? null : tax.Name, Components = tax.Components.Count == 0 ? null : tax.Components })],
        };
    }

    private static Line ReadLine(DbDataReader row) => new(
        row.IsDBNull(0) ? null : new(row.GetGuid(0)), row.GetString(1), row.IsDBNull(2) ? null : Quantity.Of(row.GetDecimal(2)), row.IsDBNull(3) ? null : row.GetString(3),
        row.IsDBNull(4) ? null : UnitPrice.Of(row.GetDecimal(4)), new(row.GetInt64(5)), new(row.GetInt32(6)), row.GetString(7) is { Length: > 0 } name ? name : null,
        new(row.GetInt64(8)), new(row.GetInt64(9)));
}
