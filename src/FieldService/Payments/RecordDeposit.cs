using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>
/// Money comes in for an approved estimate before there is an invoice. It is the client's credit, kept for this estimate: the invoice made from it takes
/// it by itself when it is issued.
/// </summary>
internal static class RecordDeposit
{
    public sealed record Request(
        [property: Required] Money? AmountCents, [property: Required] PaymentMethod? Method, DateTimeOffset? ReceivedAt, [property: StringLength(5000)] string? Notes);

    /// <param name="CreditCents">What is held for the estimate now.</param>
    public sealed record Response(PaymentId PaymentId, CreditId CreditId, EstimateId EstimateId, Money AmountCents, Money CreditCents);

    public static async Task<IResult> Handle(EstimateId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var amount = request.AmountCents!.Value;
        if (amount <= Money.Zero) throw PaymentRules.IsNothing();

        var estimate = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        if (estimate.Status is not EstimateStatus.Approved) throw PaymentRules.IsNotApproved(estimate.Status);
        // Its draft is locked, so that it is not issued at this moment and leaves the deposit behind.
        if (await InvoiceSql.FindOfEstimate(db, user.Account, id, ct) is { } made
            && await InvoiceSql.FindForUpdate(db, user.Account, made.Id, ct) is { Status: not (InvoiceStatus.Draft or InvoiceStatus.Void) } issued)
        {
            throw PaymentRules.IsInvoiced(issued);
        }

        var credit = await LedgerSql.CreditOf(db, user.Account, estimate.ClientId, id, ct);
        if (amount > estimate.TotalCents - credit.BalanceCents) throw PaymentRules.IsMoreThanTheEstimate(estimate.TotalCents - credit.BalanceCents);

        var payment = await PaymentSql.Insert(db, new(
            PaymentId.New(), user.Account, null, id, amount, request.Method!.Value, request.ReceivedAt ?? clock.GetUtcNow(), request.Notes, user.Id, default), ct);
        await AuditLog.Inserted(db, user, "payment", payment.Id, payment, ct);
        await Books.EnterAsync(db, user, Books.Entry(user, LedgerKind.Deposit, estimate.ClientId, payment.ReceivedAt) with
        {
            PaymentId = payment.Id, CreditId = credit.Id, Method = payment.Method, MoneyCents = amount, CreditCents = amount,
        }, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new One<Response>(new(payment.Id, credit.Id, id, amount, credit.BalanceCents + amount)), ct);
    }
}
