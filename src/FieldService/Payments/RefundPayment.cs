using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>
/// Money of a payment goes back to the client, up to what is left of it. What the payment left as credit goes first; the rest is taken off what was paid,
/// so that much is owed on the invoice again.
/// </summary>
internal static class RefundPayment
{
    /// <param name="Method">How the money goes back; the way it came when left out.</param>
    public sealed record Request([property: Required] Money? AmountCents, PaymentMethod? Method, [property: StringLength(1000)] string? Reason);

    /// <param name="CreditCents">How much of it was credit, which the invoice does not notice.</param>
    /// <param name="InvoiceId">Null when it was a deposit.</param>
    public sealed record Response(
        LedgerEntryId RefundId, PaymentId PaymentId, Money AmountCents, Money CreditCents, InvoiceId? InvoiceId, InvoiceStatus? InvoiceStatus, Money? InvoicePaidCents,
        Money? InvoiceBalanceCents);

    public static async Task<IResult> Handle(PaymentId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var amount = request.AmountCents!.Value;
        if (amount <= Money.Zero) throw PaymentRules.IsNothing();

        var payment = await PaymentSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("payment");
        var invoice = payment.InvoiceId is { } of ? await InvoiceSql.FindForUpdate(db, user.Account, of, ct) ?? throw Missing.Of("payment") : null;
        var entry = await LedgerSql.OfPayment(db, payment, ct);
        var credit = entry.CreditId is { } held ? await LedgerSql.FindCredit(db, user.Account, held, ct) : null;
        if (await LedgerSql.IsReversed(db, entry, ct)) throw Missing.Of("payment");

        var left = await LedgerSql.LeftAsync(db, payment, ct);
        var asCredit = credit is null ? Money.Zero : credit.BalanceCents < left.CreditCents ? credit.BalanceCents : left.CreditCents;
        if (amount > left.PaidCents + asCredit) throw PaymentRules.RefundsTooMuch(left.PaidCents + asCredit, left.CreditCents - asCredit);

        var now = clock.GetUtcNow();
        var ofCredit = amount < asCredit ? amount : asCredit;
        var refund = Books.Entry(user, LedgerKind.Refund, entry.ClientId, now) with
        {
            InvoiceId = payment.InvoiceId,
            PaymentId = id,
            CreditId = ofCredit > Money.Zero ? credit!.Id : null,
            Method = request.Method ?? payment.Method,
            Reason = request.Reason,
            MoneyCents = Money.Zero - amount,
            PaidCents = ofCredit - amount,
            CreditCents = Money.Zero - ofCredit,
        };
        Invoice? after = null;
        if (invoice is null) await Books.EnterAsync(db, user, refund, ct);
        else after = await Books.EnterAsync(db, user, invoice, refund, now, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new One<Response>(
            new(refund.Id, id, amount, ofCredit, after?.Id, after?.Status, after?.PaidCents, after?.BalanceCents)), ct);
    }
}
