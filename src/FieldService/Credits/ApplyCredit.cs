using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits;

/// <summary>An invoice is paid, in whole or in part, with what the company holds for its client.</summary>
internal static class ApplyCredit
{
    /// <param name="AmountCents">As much as there is and as is open when left out.</param>
    /// <param name="CreditId">The client's credit for whatever comes when left out.</param>
    public sealed record Request(Money? AmountCents, CreditId? CreditId);

    /// <param name="EntryId">What to reverse to undo it.</param>
    public sealed record Response(
        LedgerEntryId EntryId, CreditId CreditId, Money AmountCents, Money CreditCents, InvoiceStatus InvoiceStatus, Money InvoicePaidCents, Money InvoiceBalanceCents);

    public static async Task<IResult> Handle(InvoiceId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (!invoice.TakesPayments) throw PaymentRules.TakesNoPayments(invoice);
        var credit = await CreditForAsync(db, invoice, request.CreditId, ct);
        var amount = request.AmountCents ?? (credit.BalanceCents < invoice.BalanceCents ? credit.BalanceCents : invoice.BalanceCents);
        if (request.AmountCents is { } asked && asked <= Money.Zero) throw PaymentRules.IsNothing();
        if (credit.BalanceCents == Money.Zero) throw CreditRules.IsEmpty();
        if (amount > credit.BalanceCents) throw CreditRules.IsTooMuch(credit.BalanceCents);
        if (amount > invoice.BalanceCents) throw PaymentRules.IsTooMuch(invoice);

        var now = clock.GetUtcNow();
        var entry = Books.Entry(user, LedgerKind.CreditApplied, invoice.ClientId, now) with
        {
            InvoiceId = id, CreditId = credit.Id, PaidCents = amount, CreditCents = Money.Zero - amount,
        };
        var after = await Books.EnterAsync(db, user, invoice, entry, now, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new One<Response>(
            new(entry.Id, credit.Id, amount, credit.BalanceCents - amount, after.Status, after.PaidCents, after.BalanceCents)), ct);
    }

    private static async Task<ClientCredit> CreditForAsync(Db db, Invoice invoice, CreditId? named, CancellationToken ct)
    {
        if (named is not { } id) return await LedgerSql.FindCreditOf(db, invoice.AccountId, invoice.ClientId, null, ct) ?? throw CreditRules.IsEmpty();

        var credit = await LedgerSql.FindCredit(db, invoice.AccountId, id, ct) ?? throw Missing.Of("credit", "credit_id");
        if (credit.ClientId != invoice.ClientId) throw CreditRules.IsAnotherClients();
        // What is left of a deposit when the invoice of its estimate was issued is there for whatever comes.
        if (credit.EstimateId is { } estimate
            && await InvoiceSql.FindOfEstimate(db, invoice.AccountId, estimate, ct) is null or { Status: InvoiceStatus.Draft })
        {
            throw CreditRules.WaitsForItsInvoice();
        }

        return credit;
    }
}
