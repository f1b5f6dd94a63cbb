using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>A group that no document was ever taxed with is deleted.</summary>
internal static class DeleteTaxGroup
{
    public static async Task<NoContent> Handle(TaxGroupId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var group = await TaxGroupSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("tax group");
        await TaxGroupSql.Delete(db, group, ct);
        await AuditLog.Deleted(db, user, "tax_group", id, group, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
