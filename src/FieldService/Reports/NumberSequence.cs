using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Reports;

/// <summary>Every number that was given away and what became of its document, and for each series whether one is missing.</summary>
internal static class NumberSequence
{
    public sealed record Filter
    {
        public string? Series { get; init; }

        public string? Format { get; init; }
    }

    /// <param name="Position">Its place in the series, from 1 on.</param>
    /// <param name="Fate">The status of the invoice now; <c>issued</c> for a credit note.</param>
    public sealed record Row(
        string Series, long Position, string Number, string Document, Guid DocumentId, string Fate, string ClientName, Money TotalCents, DateTimeOffset IssuedAt);

    /// <param name="Last">The last number that was taken.</param>
    /// <param name="Missing">How many of them belong to no document; always none.</param>
    public sealed record SeriesRow(string Series, long Last, long Given, long Missing);

    public sealed record Response(IReadOnlyList<Row> Data, Pagination Pagination, IReadOnlyList<SeriesRow> Series);

    public static async Task<IResult> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, HttpRequest http, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var csv = ReportForm.WantsCsv(http);
        var series = string.IsNullOrEmpty(filter.Series) ? null : filter.Series.Contains('\0') ? throw new RuleException("VALIDATION_ERROR", "Text must not contain the NUL character.") { Field = "series" } : filter.Series;
        Sql asked = $"n.account_id = {user.Account} {Sql.If(series is not null, $"and n.series = {series}")}";
        Sql Rows(Sql? window) => $"""
            select n.series, n.position, n.number, n.document, coalesce(n.invoice_id, n.credit_note_id) as document_id, coalesce(i.status, 'issued') as fate,
                   c.name as client_name, coalesce(i.total_cents, k.total_cents) as total_cents, n.issued_at
            from (select * from document_numbers n where {asked} order by n.series, n.position {window}) n
            left join invoices i on i.account_id = n.account_id and i.id = n.invoice_id
            left join credit_notes k on k.account_id = n.account_id and k.id = n.credit_note_id
            join clients c on c.account_id = n.account_id and c.id = coalesce(i.client_id, k.client_id)
            order by n.series, n.position
            """;
        if (csv) return ReportForm.Csv("sequence.csv", Columns, await db.ListAsync<Row>(Rows(null), ct));

        return await db.ReadAsync(
            [
                Rows(paging.Window),
                $"""
                select s.series, s.next_number - 1 as last, coalesce(n.given, 0) as given, s.next_number - 1 - coalesce(n.given, 0) as missing
                from number_series s
                left join (select series, count(*) as given from document_numbers where account_id = {user.Account} group by series) n on n.series = s.series
                where s.account_id = {user.Account} and split_part(s.series, ':', 1) in ('invoice', 'credit_note') {Sql.If(series is not null, $"and s.series = {series}")}
                order by s.series
                """,
            ],
            async (results, token) =>
            {
                var found = await results.ListAsync<Row>(token);
                var all = await results.ListAsync<SeriesRow>(token);
                return (IResult)TypedResults.Ok(new Response(found, new(paging.Page, paging.Limit, all.Sum(s => s.Given)), all));
            }, ct);
    }

    private static readonly IReadOnlyList<CsvColumn<Row>> Columns =
    [
        new("series", r => r.Series),
        new("position", r => Csv.Number(r.Position), true),
        new("number", r => r.Number),
        new("document", r => r.Document),
        new("document_id", r => r.DocumentId.ToString()),
        new("fate", r => r.Fate),
        new("client_name", r => r.ClientName),
        new("total", r => Csv.Amount(r.TotalCents), true),
        new("issued_at", r => Csv.Instant(r.IssuedAt, NodaTime.DateTimeZone.Utc)),
    ];
}
