using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>The owner throws a draft away. An issued invoice keeps its number for good and can only be made void.</summary>
internal static class DeleteInvoice
{
    public sealed record Response(bool Deleted);

    public static async Task<Ok<Response>> Handle(InvoiceId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (invoice.Status is not InvoiceStatus.Draft) throw InvoiceRules.IsNoDraft(invoice.Status);

        await AuditLog.Deleted(db, user, "invoice", id, await GetInvoice.WrittenAsync(db, user.Account, id, ct), ct);
        await InvoiceSql.Delete(db, invoice, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new Response(true));
    }
}
