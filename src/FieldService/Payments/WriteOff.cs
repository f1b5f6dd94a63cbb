using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>
/// The company gives up what an invoice still says is owed, for a reason. The invoice is settled with it and stands in no list of what is owed any more; the
/// entry can be reversed when the client pays after all.
/// </summary>
internal static class WriteOff
{
    /// <param name="AmountCents">All that is open when left out.</param>
    public sealed record Request([property: Required, StringLength(1000)] string? Reason, Money? AmountCents);

    public sealed record Response(LedgerEntryId EntryId, Money AmountCents, InvoiceStatus InvoiceStatus, Money InvoiceWrittenOffCents, Money InvoiceBalanceCents);

    public static async Task<IResult> Handle(InvoiceId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (!invoice.TakesPayments) throw PaymentRules.TakesNoPayments(invoice);
        var amount = request.AmountCents ?? invoice.BalanceCents;
        if (amount <= Money.Zero) throw PaymentRules.IsNothing();
        if (amount > invoice.BalanceCents) throw PaymentRules.IsTooMuch(invoice);

        var now = clock.GetUtcNow();
        var entry = Books.Entry(user, LedgerKind.WriteOff, invoice.ClientId, now) with { InvoiceId = id, WrittenOffCents = amount, Reason = request.Reason };
        var after = await Books.EnterAsync(db, user, invoice, entry, now, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new One<Response>(
            new(entry.Id, amount, after.Status, after.WrittenOffCents, after.BalanceCents)), ct);
    }
}
