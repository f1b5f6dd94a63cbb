using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>Lines are put behind those that a draft has; everything else on it stays.</summary>
internal static class AddLines
{
    /// <param name="draft">The invoice, locked by <see cref="InvoiceSql.FindForUpdate"/>.</param>
    /// <exception cref="Kernel.RuleException">IMMUTABLE_ENTITY; CONFLICT when it has one price for the whole, which lines would replace.</exception>
    public static async Task<GetInvoice.Response> ToDraftAsync(Db db, CurrentUser user, Invoice draft, IReadOnlyList<LineForm> lines, CancellationToken ct)
    {
        if (draft.Status is not InvoiceStatus.Draft) throw InvoiceRules.IsIssued(draft.Status);
        if (draft.FlatRateCents is not null) throw InvoiceRules.HasAFlatRate();

        var before = await GetInvoice.WrittenAsync(db, user.Account, draft.Id, ct);
        var form = ChangeInvoice.Form(before);
        await ChangeInvoice.RewriteAsync(db, draft, form with { LineItems = [.. form.LineItems ?? [], .. lines] }, ct);
        var after = await GetInvoice.WrittenAsync(db, user.Account, draft.Id, ct);
        await AuditLog.Updated(db, user, "invoice", draft.Id, before, after, ct);
        return after;
    }
}
