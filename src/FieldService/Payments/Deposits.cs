using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>What was paid for an estimate before there was an invoice.</summary>
internal static class Deposits
{
    /// <summary>Pays the invoice that was issued at this moment with the deposits of its estimate, as far as they go.</summary>
    /// <param name="issued">Locked by the caller.</param>
    public static async Task ApplyAsync(Db db, CurrentUser user, Invoice issued, DateTimeOffset now, CancellationToken ct)
    {
        if (issued.EstimateId is not { } estimate || issued.BalanceCents == Money.Zero) return;
        if (await LedgerSql.FindCreditOf(db, user.Account, issued.ClientId, estimate, ct) is not { } credit || credit.BalanceCents == Money.Zero) return;

        var amount = credit.BalanceCents < issued.BalanceCents ? credit.BalanceCents : issued.BalanceCents;
        await Books.EnterAsync(db, user, issued, Books.Entry(user, LedgerKind.CreditApplied, issued.ClientId, now) with
        {
            InvoiceId = issued.Id, CreditId = credit.Id, PaidCents = amount, CreditCents = Money.Zero - amount,
        }, now, ct);
    }
}
