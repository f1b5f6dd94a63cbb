using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>
/// What went out is to be otherwise: a draft under the same number takes its place, as it stood but for what is changed here. From that moment the old
/// revision can be read and no longer approved or invoiced.
/// </summary>
internal static class ReviseEstimate
{
    public static async Task<IResult> Handle(EstimateId id, Patch<CreateEstimate.Request> patch, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(patch.Text, null, ct) is { } answer) return answer;

        var old = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        if (old.Status is EstimateStatus.Draft) throw EstimateRules.IsADraft();
        await SeeThatNothingStandsOnItAsync(db, old, ct);

        var before = await GetEstimate.WrittenAsync(db, user.Account, id, ct);
        var change = await patch.OverAsync(ChangeEstimate.Form(before, patch), ct);
        var totals = await change.TotalsAsync(db, user.Account, isNew: false, ct);
        await DocumentSql.SeeWhatItIsForAsync(db, user.Account, change.ClientId!.Value, change.JobId, change.PropertyId, ct);

        // A revision that was thrown away as a draft has left it superseded already.
        if (old.Status is not EstimateStatus.Superseded)
        {
            await EstimateSql.SaveStatus(db, old.Supersede(clock.GetUtcNow()), ct);
            await AuditLog.Updated(db, user, "estimate", id, before, await GetEstimate.WrittenAsync(db, user.Account, id, ct), ct);
        }

        var draft = change.Over(CreateEstimate.Empty(user), totals, user) with
        {
            EstimateNumber = old.EstimateNumber,
            Revision = old.Revision + 1,
            FirstRevisionId = old.FirstRevisionId ?? old.Id,
        };
        await EstimateSql.Insert(db, draft, totals, ct);
        var written = await GetEstimate.WrittenAsync(db, user.Account, draft.Id, ct);
        await AuditLog.Inserted(db, user, "estimate", draft.Id, written, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new CreateEstimate.Response(draft.Id, written), ct);
    }

    private sealed record StandingOnIt(int Newest, bool HasInvoice);

    private static async Task SeeThatNothingStandsOnItAsync(Db db, Estimate old, CancellationToken ct)
    {
        var found = (await db.FirstAsync<StandingOnIt>($"""
            select (select max(revision) from estimates where account_id = {old.AccountId} and family_id = {old.FirstRevisionId?.Value ?? old.Id.Value}) as newest,
                   exists (select from invoices where account_id = {old.AccountId} and estimate_id = {old.Id} and status <> 'void') as has_invoice
            """, ct))!;
        if (found.Newest > old.Revision) throw EstimateRules.HasANewerRevision(found.Newest);
        if (found.HasInvoice) throw EstimateRules.HasAnInvoice();
    }
}
