using Outpost.FieldService.Accounts;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents;

/// <summary>Prices what was sent in with the taxes and the settings that the company has now.</summary>
internal static class Pricer
{
    /// <param name="isNew">Whether a form that names no tax has the company's usual one; a draft that was emptied of its tax has none.</param>
    /// <exception cref="RuleException">VALIDATION_ERROR, naming the line and the field; NOT_FOUND for a tax group that is not there.</exception>
    public static async Task<Totals> TotalsAsync(this IPriced form, Db db, AccountId account, bool isNew, CancellationToken ct)
    {
        var lines = form.LineItems ?? [];
        Guid[] wanted = [.. lines.Select(line => line?.TaxGroupId).Append(form.TaxGroupId).OfType<TaxGroupId>().Select(id => id.Value).Distinct()];
        var (groups, settings) = await db.ReadAsync(
            [TaxGroupSql.ThoseAndTheUsual(account, wanted), AccountSettings.Statement(account)],
            async (results, token) => (await results.ListAsync(TaxGroupSql.Read, token), AccountSettings.Read(await results.FirstAsync(static row => row.GetString(0), token))), ct);

        var known = groups.ToDictionary(group => group.Id, AppliedTax.Of);
        var usual = isNew ? groups.Find(group => group.IsDefault) : null;
        var tax = AppliedTax.Named(form.TaxGroupId, form.TaxRate, known, "") ?? (usual is null ? AppliedTax.Bare(Percent.Zero) : known[usual.Id]);
        var asked = Pricing.Plain with
        {
            PricesIncludeTax = form.PricesIncludeTax ?? settings.Documents.PricesIncludeTax,
            Rounding = form.TaxRounding ?? settings.Documents.TaxRounding,
            DiscountPercent = form.DiscountPercent,
            DiscountCents = form.DiscountCents,
        };
        return Totals.Of(tax, asked, form.FlatRateCents, lines, known);
    }
}
