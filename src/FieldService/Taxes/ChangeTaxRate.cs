using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>A tax goes up or gets another name. What was written before keeps the old one.</summary>
internal static class ChangeTaxRate
{
    public static async Task<Ok<One<TaxRate>>> Handle(TaxRateId id, Patch<CreateTaxRate.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var rate = await TaxRateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("tax rate");
        if (patch.IsEmpty) return Answers.Ok(rate);

        var change = await patch.OverAsync(new(rate.Name, rate.Rate), ct);
        var changed = await TaxRateSql.Save(db, rate with { Name = change.Name, Rate = change.Rate!.Value }, ct);
        if (changed.Rate != rate.Rate && await TaxGroupSql.AnyIsTooMuch(db, changed, ct)) throw TaxRules.IsMoreThanEverything();

        await AuditLog.Updated(db, user, "tax_rate", id, rate, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
