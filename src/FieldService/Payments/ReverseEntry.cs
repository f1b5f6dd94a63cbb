using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>A write-off or the use of a credit is undone by the opposite entry. Money that came in is taken back or refunded by its payment instead.</summary>
internal static class ReverseEntry
{
    public sealed record Request([property: Required, StringLength(1000)] string? Reason);

    public sealed record Response(LedgerEntryId EntryId, LedgerEntryId ReversesId, InvoiceId InvoiceId, InvoiceStatus InvoiceStatus, Money InvoiceBalanceCents, CreditId? CreditId);

    public static async Task<IResult> Handle(LedgerEntryId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var entry = await LedgerSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("ledger entry");
        if (entry.Kind is not (LedgerKind.WriteOff or LedgerKind.CreditApplied)) throw PaymentRules.IsNotReversible(entry.Kind);

        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, entry.InvoiceId!.Value, ct) ?? throw Missing.Of("ledger entry");
        if (await LedgerSql.IsReversed(db, entry, ct)) throw PaymentRules.IsReversed();
        if (entry.CreditId is { } credit) await LedgerSql.FindCredit(db, user.Account, credit, ct);

        var now = clock.GetUtcNow();
        var reversal = entry.Reversed(user.Id, request.Reason, now);
        var after = await Books.EnterAsync(db, user, invoice, reversal, now, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new One<Response>(
            new(reversal.Id, id, invoice.Id, after.Status, after.BalanceCents, entry.CreditId)), ct);
    }
}
