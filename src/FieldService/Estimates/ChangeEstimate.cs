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
        var change = await patch.OverAsync(Form(before), ct);
        if (estimate.Status is EstimateStatus.Sent)
        {
            await EstimateSql.SaveInternalNotes(db, estimate with { InternalNotes = change.InternalNotes }, ct);
        }
        else
        {
            // Lines that are sent in without a word of the flat rate take its place.
            if (patch.Names("line_items") && !patch.Names("flat_rate_cents") && change.LineItems is { Count: > 0 }) change = change with { FlatRateCents = null };
            await RewriteAsync(db, estimate, change, ct);
        }

        var after = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        await AuditLog.Updated(db, user, "estimate", id, before, after, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new Response(true, after));
    }

    private static async Task RewriteAsync(Db db, Estimate draft, CreateEstimate.Request change, CancellationToken ct)
    {
        var totals = change.Totals();
        var client = change.ClientId!.Value;
        await DocumentSql.SeeWhatItIsForAsync(db, draft.AccountId, client, change.JobId, change.PropertyId, ct);
        await EstimateSql.Rewrite(db, draft with
        {
            ClientId = client,
            JobId = change.JobId,
            PropertyId = change.PropertyId,
            Notes = change.Notes,
            InternalNotes = change.InternalNotes,
            ExpiresAt = change.ExpiresAt,
            TaxRate = change.TaxRate ?? Percent.Zero,
            FlatRateCents = change.FlatRateCents,
        }, totals, ct);
    }

    private static CreateEstimate.Request Form(GetEstimate.Response now) => new(
        now.ClientId, now.JobId, now.PropertyId, now.Notes, now.InternalNotes, now.ExpiresAt, now.TaxRate, now.FlatRateCents, [.. now.LineItems.Select(line => line.Form())]);
}
