using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>The owner takes back a payment that was recorded by mistake; the invoice follows from the payments that remain.</summary>
internal static class TakeBackPayment
{
    public sealed record Response(bool Deleted);

    public static async Task<Ok<Response>> Handle(PaymentId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var payment = await PaymentSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("payment");
        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, payment.InvoiceId, ct) ?? throw Missing.Of("payment");
        if (invoice.Status is InvoiceStatus.Paid or InvoiceStatus.Void) throw PaymentRules.IsSettled(invoice.Status);
        if (!await PaymentSql.Delete(db, payment, ct)) throw Missing.Of("payment");

        var after = invoice.WithPaid(await PaymentSql.SumAsync(db, user.Account, invoice.Id, ct), clock.GetUtcNow());
        await InvoiceSql.SaveMove(db, after, ct);
        await AuditLog.Deleted(db, user, "payment", id, payment, ct);
        await AuditLog.Updated(db, user, "invoice", invoice.Id, Standing.Of(invoice), Standing.Of(after), ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new Response(true));
    }
}
