using System.Data.Common;
using System.Text.Json;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents;

public enum Document { Estimate, Invoice }

/// <summary>Every statement that writes <c>document_taxes</c>, and what both kinds of document look up.</summary>
internal static class DocumentSql
{
    private sealed record Parties(bool Client, Guid? JobClient, Guid? PropertyClient);

    /// <summary>
    /// Sees that client, job and property are of this account and belong together. This gives the caller the clear answer; what changes a moment
    /// later is caught by the foreign keys, see <see cref="DocumentRules.Of"/>.
    /// </summary>
    /// <exception cref="RuleException">NOT_FOUND or VALIDATION_ERROR, naming the field.</exception>
    public static async Task SeeWhatItIsForAsync(Db db, AccountId account, ClientId client, JobId? job, PropertyId? property, CancellationToken ct)
    {
        var found = await db.FirstAsync($"""
            select exists (select from clients where account_id = {account} and id = {client}),
                   (select client_id from jobs where account_id = {account} and id = {job?.Value ?? Guid.Empty}),
                   (select client_id from properties where account_id = {account} and id = {property?.Value ?? Guid.Empty})
            """, static row => new Parties(row.GetBoolean(0), row.IsDBNull(1) ? null : row.GetGuid(1), row.IsDBNull(2) ? null : row.GetGuid(2)), ct);

        if (!found!.Client) throw Missing.Of("client", "client_id");
        if (job is not null && found.JobClient is null) throw Missing.Of("job", "job_id");
        if (job is not null && found.JobClient != client.Value) throw DocumentRules.JobOfAnotherClient();
        if (property is not null && found.PropertyClient is null) throw Missing.Of("property", "property_id");
        if (property is not null && found.PropertyClient != client.Value) throw DocumentRules.PropertyOfAnotherClient();
    }

    public static async Task ReplaceTaxesAsync(Db db, AccountId account, Document document, IId id, Totals totals, CancellationToken ct)
    {
        await db.RunAsync($"delete from document_taxes where account_id = {account} and document_id = {id.Value}", ct);
        if (totals.Taxes.Count == 0) return;

        await db.RunAsync($"""
            insert into document_taxes (account_id, document_id, document, tax_rate_millionths, name, base_cents, tax_cents, components)
            select {account}, {id.Value}, {document}, rate, name, base, tax, components::jsonb
            from unnest({totals.Taxes.Select(t => t.Rate.Millionths).ToArray()}, {totals.Taxes.Select(t => t.Name ?? "").ToArray()},
                        {totals.Taxes.Select(t => t.BaseCents.Cents).ToArray()}, {totals.Taxes.Select(t => t.TaxCents.Cents).ToArray()},
                        {totals.Taxes.Select(t => Written(t.Components)).ToArray()}) as taxes (rate, name, base, tax, components)
            """, ct);
    }

    /// <summary>The taxes of an estimate on its invoice, to the cent; what is only on lines that were not chosen is left behind.</summary>
    public static Task CopyTaxesAsync(Db db, AccountId account, IId from, Document document, IId to, CancellationToken ct) => db.RunAsync($"""
        insert into document_taxes (account_id, document_id, document, tax_rate_millionths, name, base_cents, tax_cents, components)
        select account_id, {to.Value}, {document}, tax_rate_millionths, name, base_cents, tax_cents, components
        from document_taxes t where account_id = {account} and document_id = {from.Value}
          and (exists (select from invoice_line_items l where l.account_id = {account} and l.invoice_id = {to.Value} and (l.tax_rate_millionths, l.tax_name) = (t.tax_rate_millionths, t.name))
               or not exists (select from invoice_line_items l where l.account_id = {account} and l.invoice_id = {to.Value}))
        """, ct);

    public static Sql Taxes(AccountId account, IId document) => $"""
        select tax_rate_millionths, base_cents, tax_cents, name, components::text from document_taxes
        where account_id = {account} and document_id = {document.Value} order by tax_rate_millionths, name collate "C"
        """;

    public static TaxGroup ReadTax(DbDataReader row) => new(new(row.GetInt32(0)), new(row.GetInt64(1)), new(row.GetInt64(2)))
    {
        Name = row.GetString(3) is { Length: > 0 } name ? name : null,
        Components = JsonSerializer.Deserialize<List<StoredPart>>(row.GetString(4), WireJson.Options) is { Count: > 0 } parts
            ? [.. parts.Select(part => new TaxComponent(part.Name, new(part.RateMillionths), part.TaxCents))]
            : null,
    };

    /// <summary>Lines as columns, for a single insert of them all.</summary>
    public static Sql Unnested(Totals totals) => $"""
        unnest({totals.Lines.Select(_ => LineItemId.New().Value).ToArray()}, {totals.Lines.Select(l => l.Description).ToArray()},
               {totals.Lines.Select(l => l.Quantity.Amount).ToArray()}, {totals.Lines.Select(l => l.Unit).ToArray()},
               {totals.Lines.Select(l => l.UnitPrice.Amount).ToArray()}, {totals.Lines.Select(l => l.DiscountPercent?.Millionths).ToArray()},
               {totals.Lines.Select(l => l.DiscountCents?.Cents).ToArray()}, {totals.Lines.Select(l => l.DiscountAmount.Cents).ToArray()},
               {totals.Lines.Select(l => l.TaxRate.Millionths).ToArray()}, {totals.Lines.Select(l => l.HasOwnTaxRate).ToArray()},
               {totals.Lines.Select(l => l.TaxGroup?.Value).ToArray()}, {totals.Lines.Select(l => l.TaxName).ToArray()},
               {totals.Lines.Select(l => l.Total.Cents).ToArray()}, {totals.Lines.Select(l => l.DiscountShare.Cents).ToArray()},
               {totals.Lines.Select(l => l.Optional).ToArray()}, {totals.Lines.Select(l => l.Chosen).ToArray()}, {totals.Lines.Select((_, place) => place).ToArray()})
          as lines (id, description, quantity, unit, unit_price, discount_millionths, discount_cents, discount_amount_cents, tax_rate_millionths, has_own_tax_rate,
                    tax_group_id, tax_name, total_cents, discount_share_cents, optional, chosen, sort_order)
        """;

    /// <summary>Values for <see cref="Pricing.Columns"/>.</summary>
    public static Sql Values(Pricing pricing) => $"""
        {pricing.PricesIncludeTax}, {pricing.Rounding}, {pricing.TaxGroup?.Value}, {pricing.TaxName}, {pricing.DiscountPercent?.Millionths}, {pricing.DiscountCents?.Cents},
        {pricing.DiscountAmount}
        """;

    public static Sql SetPricing(Pricing pricing) => $"({Pricing.Columns}) = row({Values(pricing)})";

    /// <summary>The columns that lines of both kinds have; read from <see cref="Unnested"/> or from each other's tables.</summary>
    public static Sql LineColumns => $"""
        description, quantity, unit, unit_price, discount_millionths, discount_cents, discount_amount_cents, tax_rate_millionths, has_own_tax_rate,
        tax_group_id, tax_name, total_cents, discount_share_cents, sort_order
        """;

    private sealed record StoredPart(string Name, int RateMillionths, Money TaxCents);

    private static string Written(IReadOnlyList<TaxComponent>? parts) =>
        JsonSerializer.Serialize((parts ?? []).Select(part => new StoredPart(part.Name, part.Rate.Millionths, part.TaxCents)).ToList(), WireJson.Options);
}
