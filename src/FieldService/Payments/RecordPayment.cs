using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>
/// Money has come in for an invoice. The invoice is locked first, so of several payments at once each sees what the one before it left open, and together
/// they never come to more than the total. Two equal payments are two payments; the same one sent twice has the same idempotency key.
/// </summary>
internal static class RecordPayment
{
    /// <param name="IdempotencyKey">Where older clients put the key; the header <c>Idempotency-Key</c> says the same.</param>
    public sealed record Request(
        [property: Required] Money? AmountCents,
        [property: Required] PaymentMethod? Method,
        DateTimeOffset? ReceivedAt,
        [property: StringLength(5000)] string? Notes,
        [property: StringLength(128)] string? IdempotencyKey);

    public sealed record Response(PaymentId PaymentId, bool Created, InvoiceStatus InvoiceStatus, Money InvoicePaidCents, Money InvoiceTotalCents);

    public static async Task<IResult> Handle(InvoiceId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        // Before anything else: the invoice that this payment cleared would refuse it now.
        if (await retry.ReplayAsync(request with { IdempotencyKey = null }, request.IdempotencyKey, ct) is { } answer) return answer;

        var amount = request.AmountCents!.Value;
        if (amount <= Money.Zero) throw PaymentRules.IsNothing();

        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (!invoice.TakesPayments) throw PaymentRules.TakesNoPayments(invoice);
        if (amount > invoice.BalanceCents) throw PaymentRules.IsTooMuch(invoice);

        var now = clock.GetUtcNow();
        var payment = await PaymentSql.Insert(db, new(
            PaymentId.New(), user.Account, id, amount, request.Method!.Value, request.ReceivedAt ?? now, request.Notes, user.Id, default), ct);
        var after = invoice.WithPaid(await PaymentSql.SumAsync(db, user.Account, id, ct), now);
        await InvoiceSql.SaveMove(db, after, ct);
        await AuditLog.Inserted(db, user, "payment", payment.Id, payment, ct);
        await AuditLog.Updated(db, user, "invoice", id, Standing.Of(invoice), Standing.Of(after), ct);

        return await retry.CommitAsync(
            StatusCodes.Status201Created, new One<Response>(new(payment.Id, true, after.Status, after.PaidCents, after.TotalCents)), ct);
    }
}
