using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>The invoices as a file, in the company's currency and by its clock.</summary>
internal static class ExportInvoices
{
    private sealed record Row(
        Guid Id, string? Number, string Status, Guid ClientId, string ClientName, Guid? JobId, Money SubtotalCents, Money TaxCents, Money TotalCents, Money PaidCents, Money CreditedCents,
        Money WrittenOffCents, Money BalanceCents, DateOnly? DueDate, DateTimeOffset? SentAt, DateTimeOffset? PaidAt, DateTimeOffset? VoidedAt, string? Notes, DateTimeOffset CreatedAt);

    public static IResult Handle([AsParameters] ListInvoices.Filter filter, CurrentUser user, ReadDb db, TimeProvider clock)
    {
        var (zone, exponent) = (user.Zone, Currencies.Exponent(user.Currency) ?? 2);
        CsvColumn<Row>[] columns =
        [
            new("id", i => i.Id.ToString()),
            new("invoice_number", i => i.Number),
            new("status", i => i.Status),
            new("client_id", i => i.ClientId.ToString()),
            new("client_name", i => i.ClientName),
            new("job_id", i => i.JobId?.ToString()),
            new("subtotal", i => Csv.Amount(i.SubtotalCents, exponent), IsNumber: true),
            new("tax", i => Csv.Amount(i.TaxCents, exponent), IsNumber: true),
            new("total", i => Csv.Amount(i.TotalCents, exponent), IsNumber: true),
            new("paid", i => Csv.Amount(i.PaidCents, exponent), IsNumber: true),
            new("credited", i => Csv.Amount(i.CreditedCents, exponent), IsNumber: true),
            new("written_off", i => Csv.Amount(i.WrittenOffCents, exponent), IsNumber: true),
            new("balance", i => Csv.Amount(i.BalanceCents, exponent), IsNumber: true),
            new("due_date", i => Csv.Day(i.DueDate)),
            new("sent_at", i => Csv.Instant(i.SentAt, zone)),
            new("paid_at", i => Csv.Instant(i.PaidAt, zone)),
            new("voided_at", i => Csv.Instant(i.VoidedAt, zone)),
            new("notes", i => i.Notes),
            new("created_at", i => Csv.Instant(i.CreatedAt, zone)),
        ];
        ListParameters.NoOrder(filter.Sort, filter.Order);
        var asked = ListInvoices.Asked(filter, user, clock);
        return Csv.File("invoices.csv", columns, Csv.InTurn<Row>(db, (last, window) => $"""
            select i.id, i.invoice_number as number, i.status, i.client_id, c.name as client_name, i.job_id, i.subtotal_cents, i.tax_cents, i.total_cents,
                   i.paid_cents, i.credited_cents, i.written_off_cents, i.balance_cents, i.due_date, i.sent_at, i.paid_at, i.voided_at, i.notes, i.created_at
            from invoices i join clients c on c.account_id = i.account_id and c.id = i.client_id
            where {asked} and i.id > {last} order by i.id {window}
            """, i => i.Id));
    }
}
