using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>The estimates as a file, in the company's currency and by its clock.</summary>
internal static class ExportEstimates
{
    private sealed record Row(
        Guid Id, string? Number, string Status, Guid ClientId, string ClientName, Guid? JobId, Money SubtotalCents, Money TaxCents, Money TotalCents, Money? DepositCents, int Revision,
        DateOnly? ExpiresOn, DateTimeOffset? SentAt, DateTimeOffset? DecidedAt, string? Notes, DateTimeOffset CreatedAt);

    public static IResult Handle([AsParameters] ListEstimates.Filter filter, CurrentUser user, ReadDb db)
    {
        var (zone, exponent) = (user.Zone, Currencies.Exponent(user.Currency) ?? 2);
        CsvColumn<Row>[] columns =
        [
            new("id", e => e.Id.ToString()),
            new("estimate_number", e => e.Number),
            new("status", e => e.Status),
            new("client_id", e => e.ClientId.ToString()),
            new("client_name", e => e.ClientName),
            new("job_id", e => e.JobId?.ToString()),
            new("subtotal", e => Csv.Amount(e.SubtotalCents, exponent), IsNumber: true),
            new("tax", e => Csv.Amount(e.TaxCents, exponent), IsNumber: true),
            new("total", e => Csv.Amount(e.TotalCents, exponent), IsNumber: true),
            new("deposit", e => e.DepositCents is { } deposit ? Csv.Amount(deposit, exponent) : null, IsNumber: true),
            new("revision", e => Csv.Number(e.Revision), IsNumber: true),
            new("expires_on", e => Csv.Day(e.ExpiresOn)),
            new("sent_at", e => Csv.Instant(e.SentAt, zone)),
            new("decided_at", e => Csv.Instant(e.DecidedAt, zone)),
            new("notes", e => e.Notes),
            new("created_at", e => Csv.Instant(e.CreatedAt, zone)),
        ];
        ListParameters.NoOrder(filter.Sort, filter.Order);
        var asked = ListEstimates.Asked(filter, user);
        return Csv.File("estimates.csv", columns, Csv.InTurn<Row>(db, (last, window) => $"""
            select e.id, e.estimate_number as number, e.status, e.client_id, c.name as client_name, e.job_id, e.subtotal_cents, e.tax_cents, e.total_cents,
                   e.deposit_cents, e.revision, e.expires_on, e.sent_at, e.decided_at, e.notes, e.created_at
            from estimates e join clients c on c.account_id = e.account_id and c.id = e.client_id
            where {asked} and e.id > {last} order by e.id {window}
            """, e => e.Id));
    }
}
