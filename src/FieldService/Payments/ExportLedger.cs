using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>The ledger as a file for the bookkeeper: payments, refunds, credits, write-offs and what undid them.</summary>
internal static class ExportLedger
{
    private sealed record Row(
        Guid Id, string Kind, DateTimeOffset HappenedAt, string ClientName, string? InvoiceNumber, Money MoneyCents, Money PaidCents, Money CreditedCents, Money WrittenOffCents,
        Money CreditCents, string? Method, string? Reason, Guid? PaymentId, Guid? ReversesId, DateTimeOffset CreatedAt);

    public static IResult Handle([AsParameters] ListLedger.Filter filter, CurrentUser user, ReadDb db)
    {
        var (zone, exponent) = (user.Zone, Currencies.Exponent(user.Currency) ?? 2);
        CsvColumn<Row>[] columns =
        [
            new("id", l => l.Id.ToString()),
            new("kind", l => l.Kind),
            new("happened_at", l => Csv.Instant(l.HappenedAt, zone)),
            new("client_name", l => l.ClientName),
            new("invoice_number", l => l.InvoiceNumber),
            new("money", l => Csv.Amount(l.MoneyCents, exponent), IsNumber: true),
            new("paid", l => Csv.Amount(l.PaidCents, exponent), IsNumber: true),
            new("credited", l => Csv.Amount(l.CreditedCents, exponent), IsNumber: true),
            new("written_off", l => Csv.Amount(l.WrittenOffCents, exponent), IsNumber: true),
            new("credit", l => Csv.Amount(l.CreditCents, exponent), IsNumber: true),
            new("method", l => l.Method),
            new("reason", l => l.Reason),
            new("payment_id", l => l.PaymentId?.ToString()),
            new("reverses_id", l => l.ReversesId?.ToString()),
            new("created_at", l => Csv.Instant(l.CreatedAt, zone)),
        ];
        ListParameters.NoOrder(filter.Sort, filter.Order);
        var asked = ListLedger.Asked(filter, user);
        return Csv.File("ledger.csv", columns, Csv.InTurn<Row>(db, (last, window) => $"""
            select l.id, l.kind, l.happened_at, c.name as client_name, i.invoice_number, l.money_cents, l.paid_cents, l.credited_cents, l.written_off_cents, l.credit_cents,
                   l.method, l.reason, l.payment_id, l.reverses_id, l.created_at
            from ledger_entries l
            join clients c on c.account_id = l.account_id and c.id = l.client_id
            left join invoices i on i.account_id = l.account_id and i.id = l.invoice_id
            where {asked} and l.id > {last} order by l.id {window}
            """, l => l.Id));
    }
}
