using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>
/// The owner takes back a payment or a deposit that was recorded by mistake: the ledger gets the opposite entry, and the invoice follows from what remains.
/// Money that really came in and goes back is a refund instead.
/// </summary>
internal static class TakeBackPayment
{
    public sealed record Response(bool Deleted);

    public static async Task<Ok<Response>> Handle(PaymentId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var payment = await PaymentSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("payment");
        var invoice = payment.InvoiceId is { } of ? await InvoiceSql.FindForUpdate(db, user.Account, of, ct) ?? throw Missing.Of("payment") : null;
        var entry = await LedgerSql.OfPayment(db, payment, ct);
        var credit = entry.CreditId is { } held ? await LedgerSql.FindCredit(db, user.Account, held, ct) : null;
        // With the locks held nobody else takes it back at this moment.
        if (await LedgerSql.IsReversed(db, entry, ct)) throw Missing.Of("payment");
        if (invoice?.Status is InvoiceStatus.Paid or InvoiceStatus.Void) throw PaymentRules.IsSettled(invoice.Status);
        if ((await LedgerSql.LeftAsync(db, payment, ct)).MoneyCents != payment.AmountCents) throw PaymentRules.WasRefunded();
        if (credit is not null && credit.BalanceCents < entry.CreditCents) throw PaymentRules.CreditIsSpent();

        var now = clock.GetUtcNow();
        var reversal = entry.Reversed(user.Id, null, now);
        if (invoice is null) await Books.EnterAsync(db, user, reversal, ct);
        else await Books.EnterAsync(db, user, invoice, reversal, now, ct);
        await AuditLog.Deleted(db, user, "payment", id, payment, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new Response(true));
    }
}
