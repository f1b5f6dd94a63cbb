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

        var entered = (await TakeOutAsync(db, user, id, amount, atMost: false, request.Method, request.Reason, clock.GetUtcNow(), ct))!;
        return await retry.CommitAsync(StatusCodes.Status201Created, new One<Response>(entered), ct);
    }

    /// <summary>Enters what goes back to the client.</summary>
    /// <param name="atMost">Money that is gone already: as much of it as the books still have, instead of a refusal.</param>
    /// <returns>Null when nothing could be taken out.</returns>
    internal static async Task<Response?> TakeOutAsync(
        Db db, CurrentUser user, PaymentId id, Money amount, bool atMost, PaymentMethod? method, string? reason, DateTimeOffset now, CancellationToken ct)
    {
        var payment = await PaymentSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("payment");
        var invoice = payment.InvoiceId is { } of ? await InvoiceSql.FindForUpdate(db, user.Account, of, ct) ?? throw Missing.Of("payment") : null;
        var entry = await LedgerSql.OfPayment(db, payment, ct);
        var credit = entry.CreditId is { } held ? await LedgerSql.FindCredit(db, user.Account, held, ct) : null;
        if (await LedgerSql.IsReversed(db, entry, ct)) return atMost ? null : throw Missing.Of("payment");

        var left = await LedgerSql.LeftAsync(db, payment, ct);
        var asCredit = credit is null ? Money.Zero : credit.BalanceCents < left.CreditCents ? credit.BalanceCents : left.CreditCents;
        if (amount > left.PaidCents + asCredit)
        {
            if (!atMost) throw PaymentRules.RefundsTooMuch(left.PaidCents + asCredit, left.CreditCents - asCredit);

            amount = left.PaidCents + asCredit;
            if (amount == Money.Zero) return null;
        }

        var ofCredit = amount < asCredit ? amount : asCredit;
        var refund = Books.Entry(user, LedgerKind.Refund, entry.ClientId, now) with
        {
            InvoiceId = payment.InvoiceId,
            PaymentId = id,
            CreditId = ofCredit > Money.Zero ? credit!.Id : null,
            Method = method ?? payment.Method,
            Reason = reason,
            MoneyCents = Money.Zero - amount,
            PaidCents = ofCredit - amount,
            CreditCents = Money.Zero - ofCredit,
        };
        Invoice? after = null;
        if (invoice is null or { Status: InvoiceStatus.Void }) await Books.EnterAsync(db, user, refund, ct);
        else after = await Books.EnterAsync(db, user, invoice, refund, now, ct);

        return new(refund.Id, id, amount, ofCredit, after?.Id, after?.Status, after?.PaidCents, after?.BalanceCents);
    }
}
