using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>
/// An approved estimate becomes the draft of an invoice, copied to the cent. However often and from however many places this is asked, there is one
/// invoice for an estimate; only when that was made void there may be another.
/// </summary>
internal static class ConvertEstimate
{
    public sealed record Response(InvoiceId InvoiceId, string? InvoiceNumber, InvoiceStatus InvoiceStatus, bool Created);

    private sealed record Origin(string Source, EstimateId EstimateId, string? InvoiceNumber, long TotalCents, int LineCount);

    public static async Task<IResult> Handle(EstimateId id, CurrentUser user, Db db, Idempotency retry, CancellationToken ct)
    {
        if (await retry.ReplayAsync<object?>(null, null, ct) is { } before) return before;

        var estimate = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        if (estimate.Status is not EstimateStatus.Approved) throw EstimateRules.IsNotApproved(estimate.Status);

        if (await InvoiceSql.FindOfEstimate(db, user.Account, id, ct) is { } existing)
        {
            return await retry.CommitAsync(StatusCodes.Status200OK, new Response(existing.Id, existing.InvoiceNumber, existing.Status, false), ct);
        }

        var invoice = await InvoiceSql.CopyEstimate(db, user, estimate, ct);
        var written = await GetInvoice.WrittenAsync(db, user.Account, invoice, ct);
        await AuditLog.Inserted(db, user, "invoice", invoice, new Origin("estimate_convert", id, null, written.TotalCents.Cents, written.LineItems.Count), ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new Response(invoice, written.InvoiceNumber, written.Status, true), ct);
    }
}
