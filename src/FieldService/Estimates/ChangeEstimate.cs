using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>
/// The office corrects a draft, or adds to its own notes on an estimate that is out. Fields that are left out stay, the tax rate too; lines are replaced as a whole.
/// </summary>
internal static class ChangeEstimate
{
    public sealed record Response(bool Updated, GetEstimate.Response Data);

    public static async Task<Ok<Response>> Handle(EstimateId id, Patch<CreateEstimate.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var estimate = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        if (estimate.Status is not (EstimateStatus.Draft or EstimateStatus.Sent)) throw EstimateRules.IsDecided(estimate.Status);
        if (estimate.Status is EstimateStatus.Sent && patch.Fields.Any(field => field != "internal_notes")) throw EstimateRules.OnlyInternalNotes();

        var before = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        var change = await patch.OverAsync(Form(before, patch), ct);
        if (estimate.Status is EstimateStatus.Sent)
        {
            await EstimateSql.SaveInternalNotes(db, estimate with { InternalNotes = change.InternalNotes }, ct);
        }
        else
        {
            var totals = await change.TotalsAsync(db, user.Account, isNew: false, ct);
            await DocumentSql.SeeWhatItIsForAsync(db, user.Account, change.ClientId!.Value, change.JobId, change.PropertyId, ct);
            await EstimateSql.Rewrite(db, change.Over(estimate, totals, user), totals, ct);
        }

        var after = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        await AuditLog.Updated(db, user, "estimate", id, before, after, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new Response(true, after));
    }

    /// <summary>What stands there as it would be sent in, without what the change says in another way: of a rate and a group, a share and an amount, lines and a flat rate.</summary>
    internal static CreateEstimate.Request Form(GetEstimate.Response now, Patch<CreateEstimate.Request> patch) => new(
        now.ClientId, now.JobId, now.PropertyId, now.Notes, now.InternalNotes, null, now.TaxGroupId is null ? patch.Unless<Percent?>("tax_group_id", now.TaxRate) : null,
        patch.HasAny("line_items") ? null : now.FlatRateCents, [.. now.LineItems.Select(line => line.Form())])
    {
        ExpiresOn = patch.Unless("expires_at", now.ExpiresOn),
        TaxGroupId = patch.Unless("tax_rate", now.TaxGroupId),
        PricesIncludeTax = now.PricesIncludeTax,
        TaxRounding = now.TaxRounding,
        DiscountPercent = patch.Unless("discount_cents", now.DiscountPercent),
        DiscountCents = patch.Unless("discount_percent", now.DiscountCents),
        DepositPercent = patch.Unless("deposit_cents", now.DepositPercent),
        DepositCents = now.DepositPercent is null ? patch.Unless("deposit_percent", now.DepositCents) : null,
    };
}
