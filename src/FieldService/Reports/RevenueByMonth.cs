using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Reports;

/// <summary>
/// What was invoiced and what came in, month by month on the company's calendar. An invoice counts in the month of its issue, a void one nowhere; a credit note
/// counts in the month of its own issue; money when it moved.
/// </summary>
internal static class RevenueByMonth
{
    /// <param name="InvoicedCents">Invoices without tax.</param>
    /// <param name="CreditedCents">Credit notes without tax.</param>
    /// <param name="NetCents">Invoiced less credited.</param>
    /// <param name="ReceivedCents">Payments and deposits, less those that were taken back as mistakes.</param>
    public sealed record Row(
        string Month, long Invoices, Money InvoicedCents, Money TaxCents, Money TotalCents, long CreditNotes, Money CreditedCents, Money CreditedTaxCents, Money NetCents,
        Money ReceivedCents, Money RefundedCents, Money WrittenOffCents);

    private sealed record Found(
        DateOnly Month, long Invoices, Money InvoicedCents, Money TaxCents, Money TotalCents, long CreditNotes, Money CreditedCents, Money CreditedTaxCents,
        Money ReceivedCents, Money RefundedCents, Money WrittenOffCents);

    public static async Task<IResult> Handle(string? by, string? from, string? to, string? format, HttpRequest http, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        if (by is not (null or "" or "month")) throw ListParameters.NoneOf("by", ["month"]);
        var csv = ReportForm.WantsCsv(http);
        var months = Months.Of(from, to, user, clock);

        var rows = (await db.ListAsync<Found>($"""
            select m.month, i.invoices, i.invoiced_cents, i.tax_cents, i.total_cents, n.credit_notes, n.credited_cents, n.credited_tax_cents,
                   l.received_cents, l.refunded_cents, l.written_off_cents
            from {months.Rows}
            cross join lateral (
              select count(*) as invoices, coalesce(sum(subtotal_cents), 0)::bigint as invoiced_cents, coalesce(sum(tax_cents), 0)::bigint as tax_cents,
                     coalesce(sum(total_cents), 0)::bigint as total_cents
              from invoices where account_id = {user.Account} and sent_at >= m.starts and sent_at < m.ends and status <> 'void') i
            cross join lateral (
              select count(*) as credit_notes, coalesce(sum(subtotal_cents), 0)::bigint as credited_cents, coalesce(sum(tax_cents), 0)::bigint as credited_tax_cents
              from credit_notes where account_id = {user.Account} and issued_at >= m.starts and issued_at < m.ends) n
            cross join lateral (
              select coalesce(sum(money_cents) filter (where kind <> 'refund'), 0)::bigint as received_cents,
                     coalesce(-sum(money_cents) filter (where kind = 'refund'), 0)::bigint as refunded_cents, coalesce(sum(written_off_cents), 0)::bigint as written_off_cents
              from ledger_entries where account_id = {user.Account} and happened_at >= m.starts and happened_at < m.ends) l
            order by m.month
            """, ct)).ConvertAll(f => new Row(
                Months.Name(f.Month), f.Invoices, f.InvoicedCents, f.TaxCents, f.TotalCents, f.CreditNotes, f.CreditedCents, f.CreditedTaxCents, f.InvoicedCents - f.CreditedCents,
                f.ReceivedCents, f.RefundedCents, f.WrittenOffCents));

        return csv ? ReportForm.Csv("revenue.csv", Columns, rows) : Answers.Ok(rows);
    }

    private static readonly IReadOnlyList<CsvColumn<Row>> Columns =
    [
        new("month", r => r.Month),
        new("invoices", r => Csv.Number(r.Invoices), true),
        new("invoiced", r => Csv.Amount(r.InvoicedCents), true),
        new("tax", r => Csv.Amount(r.TaxCents), true),
        new("total", r => Csv.Amount(r.TotalCents), true),
        new("credit_notes", r => Csv.Number(r.CreditNotes), true),
        new("credited", r => Csv.Amount(r.CreditedCents), true),
        new("credited_tax", r => Csv.Amount(r.CreditedTaxCents), true),
        new("net", r => Csv.Amount(r.NetCents), true),
        new("received", r => Csv.Amount(r.ReceivedCents), true),
        new("refunded", r => Csv.Amount(r.RefundedCents), true),
        new("written_off", r => Csv.Amount(r.WrittenOffCents), true),
    ];
}
