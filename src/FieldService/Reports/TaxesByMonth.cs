using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Reports;

/// <summary>
/// What tax was charged, month by month on the company's calendar, for each rate and for each part that it is made of. Credit notes are taken off in the
/// month of their own issue; a void invoice counts nowhere.
/// </summary>
internal static class TaxesByMonth
{
    /// <param name="Component">The part of the tax; empty for the whole of a rate.</param>
    /// <param name="BaseCents">What was taxed.</param>
    public sealed record Row(string Month, string Name, Percent TaxRate, string Component, Percent ComponentRate, Money BaseCents, Money TaxCents, Money CreditedBaseCents, Money CreditedTaxCents, Money NetTaxCents);

    private sealed record Found(
        DateOnly Month, string Name, Percent TaxRate, string Component, Percent ComponentRate, Money BaseCents, Money TaxCents, Money CreditedBaseCents, Money CreditedTaxCents);

    public static async Task<IResult> Handle(string? from, string? to, string? format, HttpRequest http, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var csv = ReportForm.WantsCsv(http);
        var months = Months.Of(from, to, user, clock);

        var rows = (await db.ListAsync<Found>($"""
            with taxes as (
              select m.month, t.name, t.tax_rate_millionths, t.components, t.base_cents, t.tax_cents, 0::bigint as credited_base_cents, 0::bigint as credited_tax_cents, false as credited
              from {months.Rows}
              join invoices i on i.account_id = {user.Account} and i.sent_at >= m.starts and i.sent_at < m.ends and i.status <> 'void'
              join document_taxes t on t.account_id = i.account_id and t.document_id = i.id
              union all
              select m.month, t.name, t.tax_rate_millionths, t.components, 0, 0, t.base_cents, t.tax_cents, true
              from {months.Rows}
              join credit_notes n on n.account_id = {user.Account} and n.issued_at >= m.starts and n.issued_at < m.ends
              join credit_note_taxes t on t.account_id = n.account_id and t.credit_note_id = n.id
            )
            select month, name, tax_rate_millionths as tax_rate, '' as component, 0 as component_rate,
                   sum(base_cents)::bigint as base_cents, sum(tax_cents)::bigint as tax_cents, sum(credited_base_cents)::bigint as credited_base_cents, sum(credited_tax_cents)::bigint as credited_tax_cents
            from taxes group by month, name, tax_rate_millionths
            union all
            select month, name, tax_rate_millionths, p ->> 'name', (p ->> 'rate_millionths')::int,
                   sum(base_cents)::bigint, coalesce(sum((p ->> 'tax_cents')::bigint) filter (where not credited), 0)::bigint,
                   sum(credited_base_cents)::bigint, coalesce(sum((p ->> 'tax_cents')::bigint) filter (where credited), 0)::bigint
            from taxes cross join lateral jsonb_array_elements(components) as p group by month, name, tax_rate_millionths, p ->> 'name', (p ->> 'rate_millionths')::int
            order by month, tax_rate, name, component, component_rate
            """, ct)).ConvertAll(f => new Row(
                Months.Name(f.Month), f.Name, f.TaxRate, f.Component, f.ComponentRate, f.BaseCents, f.TaxCents, f.CreditedBaseCents, f.CreditedTaxCents, f.TaxCents - f.CreditedTaxCents));

        return csv ? ReportForm.Csv("taxes.csv", Columns, rows) : Answers.Ok(rows);
    }

    private static readonly IReadOnlyList<CsvColumn<Row>> Columns =
    [
        new("month", r => r.Month),
        new("name", r => r.Name),
        new("rate", r => r.TaxRate.Percentage.ToString(System.Globalization.CultureInfo.InvariantCulture), true),
        new("component", r => r.Component),
        new("component_rate", r => r.ComponentRate.Percentage.ToString(System.Globalization.CultureInfo.InvariantCulture), true),
        new("base", r => Csv.Amount(r.BaseCents), true),
        new("tax", r => Csv.Amount(r.TaxCents), true),
        new("credited_base", r => Csv.Amount(r.CreditedBaseCents), true),
        new("credited_tax", r => Csv.Amount(r.CreditedTaxCents), true),
        new("net_tax", r => Csv.Amount(r.NetTaxCents), true),
    ];
}
