using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>A group is called something else, has other rates, or is no longer offered. Drafts follow when they are next written; what is issued stays.</summary>
internal static class ChangeTaxGroup
{
    public static async Task<Ok<One<TaxGroup>>> Handle(TaxGroupId id, Patch<CreateTaxGroup.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var group = await TaxGroupSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("tax group");
        if (patch.IsEmpty) return Answers.Ok(group);

        var change = await patch.OverAsync(new(group.Name, [.. group.Rates.Select(part => part.Id)], group.IsDefault, group.IsActive)
        {
            VatCategory = group.VatCategory,
            ExemptionReason = group.ExemptionReason,
        }, ct);
        var changed = await TaxGroupSql.Save(db, group with
        {
            Name = change.Name,
            IsDefault = change.IsDefault ?? false,
            IsActive = change.IsActive ?? true,
            Rates = change.Parts(),
            VatCategory = change.VatCategory,
            ExemptionReason = change.ExemptionReason,
        }, ct);
        await AuditLog.Updated(db, user, "tax_group", id, group, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
