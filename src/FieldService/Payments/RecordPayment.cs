using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

public enum Overpayment { Refuse, Credit }

/// <summary>
/// Money has come in for an invoice. The invoice is locked first, so of several payments at once each sees what the one before it left open, and together
/// they never come to more than the total. Two equal payments are two payments; the same one sent twice has the same idempotency key. What is more than the
/// balance is refused, unless it is to be kept as the client's credit.
/// </summary>
internal static class RecordPayment
{
    /// <param name="IdempotencyKey">Where older clients put the key; the header <c>Idempotency-Key</c> says the same.</param>
    /// <param name="Overpayment">What becomes of money beyond the balance; refused when left out. With <c>credit</c> an invoice that is already paid takes it too.</param>
    public sealed record Request(
        [property: Required] Money? AmountCents,
        [property: Required] PaymentMethod? Method,
        DateTimeOffset? ReceivedAt,
        [property: StringLength(5000)] string? Notes,
        [property: StringLength(128)] string? IdempotencyKey,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Overpayment? Overpayment = null);

    /// <param name="CreditCents">What was more than the balance and is the client's credit now.</param>
    public sealed record Response(PaymentId PaymentId, bool Created, InvoiceStatus InvoiceStatus, Money InvoicePaidCents, Money InvoiceTotalCents, Money CreditCents);

    public static async Task<IResult> Handle(InvoiceId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        // Before anything else: the invoice that this payment cleared would refuse it now.
        if (await retry.ReplayAsync(request with { IdempotencyKey = null }, request.IdempotencyKey, ct) is { } answer) return answer;

        var amount = request.AmountCents!.Value;
        if (amount <= Money.Zero) throw PaymentRules.IsNothing();

        var keepsRest = request.Overpayment is Overpayment.Credit;
        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (!invoice.TakesPayments && !(keepsRest && invoice.Status is InvoiceStatus.Paid)) throw PaymentRules.TakesNoPayments(invoice);
        if (!keepsRest && amount > invoice.BalanceCents) throw PaymentRules.IsTooMuch(invoice);
        if (amount > Totals.Most) throw DocumentRules.AmountOutOfRange("amount_cents");

        var now = clock.GetUtcNow();
        var (payment, after, rest) = await TakeInAsync(db, user, invoice, amount, request.Method!.Value, request.ReceivedAt ?? now, request.Notes, now, ct);
        return await retry.CommitAsync(
            StatusCodes.Status201Created, new One<Response>(new(payment.Id, true, after.Status, after.PaidCents, after.TotalCents, rest)), ct);
    }

    /// <summary>Enters money that is there, whatever the invoice says: what it does not take is the client's credit.</summary>
    /// <param name="invoice">Locked by the caller, and issued.</param>
    internal static async Task<(Payment Payment, Invoice After, Money Credit)> TakeInAsync(
        Db db, CurrentUser user, Invoice invoice, Money amount, PaymentMethod method, DateTimeOffset receivedAt, string? notes, DateTimeOffset now, CancellationToken ct)
    {
        var paid = amount <= invoice.BalanceCents ? amount : invoice.BalanceCents;
        var rest = amount - paid;
        var payment = await PaymentSql.Insert(db, new(
            PaymentId.New(), user.Account, invoice.Id, null, amount, method, receivedAt, notes, user.Id, default), ct);
        await AuditLog.Inserted(db, user, "payment", payment.Id, payment, ct);
        var entry = Books.Entry(user, LedgerKind.Payment, invoice.ClientId, payment.ReceivedAt) with
        {
            InvoiceId = invoice.Id,
            PaymentId = payment.Id,
            Method = payment.Method,
            MoneyCents = amount,
            PaidCents = paid,
            CreditCents = rest,
            CreditId = rest > Money.Zero ? (await LedgerSql.CreditOf(db, user.Account, invoice.ClientId, null, ct)).Id : null,
        };
        if (invoice.Status is not InvoiceStatus.Void) return (payment, await Books.EnterAsync(db, user, invoice, entry, now, ct), rest);

        // A void invoice stays void; all of it is credit.
        await Books.EnterAsync(db, user, entry, ct);
        return (payment, invoice, rest);
    }
}
