using System.Text.Json;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits;

/// <summary>Every statement that writes credit notes. Whoever writes one holds the lock on its invoice.</summary>
internal static class CreditNoteSql
{
    private sealed record Part(string Name, int RateMillionths, Money TaxCents);

    /// <summary>The lines of an invoice with what was credited of each; its flat rate when it has one.</summary>
    public static Task<List<InvoicedLine>> LinesAsync(Db db, Invoice invoice, CancellationToken ct) => db.ListAsync($"""
        select l.id, l.description, l.quantity, l.unit, l.unit_price, l.discount_amount_cents, l.tax_rate_millionths, l.tax_name, l.total_cents, l.discount_share_cents,
               coalesce(c.total, 0)::bigint, coalesce(c.share, 0)::bigint, c.total is not null, l.sort_order
        from invoice_line_items l
        left join lateral (
          select sum(k.total_cents) as total, sum(k.discount_share_cents) as share from credit_note_lines k where k.account_id = l.account_id and k.invoice_line_item_id = l.id) c on true
        where l.account_id = {invoice.AccountId} and l.invoice_id = {invoice.Id} and {invoice.FlatRateCents is null}
        union all
        select null, 'Flat rate', null, null, null, 0, i.tax_rate_millionths, i.tax_name, i.flat_rate_cents, i.discount_amount_cents,
               coalesce(c.total, 0)::bigint, coalesce(c.share, 0)::bigint, c.total is not null, 0
        from invoices i
        left join lateral (
          select sum(k.total_cents) as total, sum(k.discount_share_cents) as share
          from credit_notes n join credit_note_lines k on k.account_id = n.account_id and k.credit_note_id = n.id
          where n.account_id = i.account_id and n.invoice_id = i.id) c on true
        where i.account_id = {invoice.AccountId} and i.id = {invoice.Id} and i.flat_rate_cents is not null
        order by 14
        """, static row => new InvoicedLine(
            row.IsDBNull(0) ? null : new(row.GetGuid(0)), row.GetString(1), row.IsDBNull(2) ? null : Quantity.Of(row.GetDecimal(2)), row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? null : UnitPrice.Of(row.GetDecimal(4)), new(row.GetInt64(5)), new(row.GetInt32(6)), row.GetString(7), new(row.GetInt64(8)), new(row.GetInt64(9)),
            new(row.GetInt64(10)), new(row.GetInt64(11)), row.GetBoolean(12)), ct);

    /// <summary>What earlier notes have left of the taxes of an invoice.</summary>
    public static async Task<List<TaxLeft>> TaxesAsync(Db db, Invoice invoice, CancellationToken ct)
    {
        var (issued, credited) = await db.ReadAsync(
            [
                $"""
                select tax_rate_millionths, name, base_cents, tax_cents, components::text from document_taxes
                where account_id = {invoice.AccountId} and document_id = {invoice.Id} order by tax_rate_millionths, name collate "C"
                """,
                $"""
                select t.tax_rate_millionths, t.name, t.base_cents, t.tax_cents, t.components::text
                from credit_notes n join credit_note_taxes t on t.account_id = n.account_id and t.credit_note_id = n.id
                where n.account_id = {invoice.AccountId} and n.invoice_id = {invoice.Id}
                """,
            ], async (results, token) => (await results.ListAsync(ReadTax, token), await results.ListAsync(ReadTax, token)), ct);

        return issued.ConvertAll(tax =>
        {
            var taken = credited.Where(t => t.Rate == tax.Rate && t.Name == tax.Name).ToList();
            return tax with
            {
                Base = taken.Aggregate(tax.Base, (left, t) => left - t.Base),
                Tax = taken.Aggregate(tax.Tax, (left, t) => left - t.Tax),
                Components = [.. tax.Components.Select((part, i) => part with { TaxCents = taken.Aggregate(part.TaxCents, (left, t) => left - t.Components[i].TaxCents) })],
            };
        });
    }

    public static async Task InsertAsync(Db db, CurrentUser user, CreditNoteId id, string number, Invoice invoice, Mirror mirror, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var account = user.Account;
        var (lines, taxes) = (mirror.Lines, mirror.Taxes);
        await db.RunAsync($"""
            insert into credit_notes (account_id, id, invoice_id, client_id, credit_note_number, reason, prices_include_tax, discount_amount_cents, subtotal_cents, tax_cents, total_cents, issued_at, created_by)
            values ({account}, {id}, {invoice.Id}, {invoice.ClientId}, {number}, {reason}, {invoice.PricesIncludeTax}, {mirror.Discount}, {mirror.Subtotal}, {mirror.Tax}, {mirror.Total}, {now}, {user.Id})
            """, ct);
        await db.RunAsync($"""
            insert into credit_note_lines (account_id, credit_note_id, id, invoice_line_item_id, description, quantity, unit, unit_price, line_discount_cents, tax_rate_millionths, tax_name,
                                           total_cents, discount_share_cents, sort_order)
            select {account}, {id}, lines.*
            from unnest({lines.Select(_ => Guid.CreateVersion7()).ToArray()}, {lines.Select(l => l.Of.Id?.Value).ToArray()}, {lines.Select(l => l.Of.Description).ToArray()},
                        {lines.Select(l => l.IsWhole ? l.Of.Quantity?.Amount : null).ToArray()}, {lines.Select(l => l.IsWhole ? l.Of.Unit : null).ToArray()},
                        {lines.Select(l => l.IsWhole ? l.Of.UnitPrice?.Amount : null).ToArray()}, {lines.Select(l => l.IsWhole ? l.Of.LineDiscount.Cents : 0).ToArray()},
                        {lines.Select(l => l.Of.TaxRate.Millionths).ToArray()}, {lines.Select(l => l.Of.TaxName).ToArray()}, {lines.Select(l => l.Total.Cents).ToArray()},
                        {lines.Select(l => l.Share.Cents).ToArray()}, {lines.Select((_, place) => place).ToArray()}) as lines
            """, ct);
        await db.RunAsync($"""
            insert into credit_note_taxes (account_id, credit_note_id, tax_rate_millionths, name, base_cents, tax_cents, components)
            select {account}, {id}, rate, name, base, tax, components::jsonb
            from unnest({taxes.Select(t => t.Rate.Millionths).ToArray()}, {taxes.Select(t => t.Name).ToArray()}, {taxes.Select(t => t.Base.Cents).ToArray()},
                        {taxes.Select(t => t.Tax.Cents).ToArray()}, {taxes.Select(t => Written(t.Components)).ToArray()}) as taxes (rate, name, base, tax, components)
            """, ct);
    }

    /// <summary>Reads rate, name, base, tax and components, in this order.</summary>
    public static TaxLeft ReadTax(System.Data.Common.DbDataReader row) => new(new(row.GetInt32(0)), row.GetString(1), new(row.GetInt64(2)), new(row.GetInt64(3)),
        [.. JsonSerializer.Deserialize<List<Part>>(row.GetString(4), WireJson.Options)!.Select(part => new TaxComponent(part.Name, new(part.RateMillionths), part.TaxCents))]);

    private static string Written(IReadOnlyList<TaxComponent> parts) =>
        JsonSerializer.Serialize(parts.Select(part => new Part(part.Name, part.Rate.Millionths, part.TaxCents)).ToList(), WireJson.Options);
}
