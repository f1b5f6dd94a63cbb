using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>A tax that is in no group is deleted.</summary>
internal static class DeleteTaxRate
{
    public static async Task<NoContent> Handle(TaxRateId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var rate = await TaxRateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("tax rate");
        await TaxRateSql.Delete(db, rate, ct);
        await AuditLog.Deleted(db, user, "tax_rate", id, rate, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
