using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits;

/// <summary>Credit goes back to the client as money: what was paid over, a deposit, what a credit note left. No invoice notices.</summary>
internal static class RefundCredit
{
    /// <param name="AmountCents">All of it when left out.</param>
    public sealed record Request(Money? AmountCents, [property: Required] PaymentMethod? Method, [property: StringLength(1000)] string? Reason);

    public sealed record Response(LedgerEntryId RefundId, CreditId CreditId, Money AmountCents, Money CreditCents);

    public static async Task<IResult> Handle(CreditId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var credit = await LedgerSql.FindCredit(db, user.Account, id, ct) ?? throw Missing.Of("credit");
        var amount = request.AmountCents ?? credit.BalanceCents;
        if (request.AmountCents is { } asked && asked <= Money.Zero) throw PaymentRules.IsNothing();
        if (credit.BalanceCents == Money.Zero) throw CreditRules.IsEmpty();
        if (amount > credit.BalanceCents) throw CreditRules.IsTooMuch(credit.BalanceCents);

        var refund = Books.Entry(user, LedgerKind.Refund, credit.ClientId, clock.GetUtcNow()) with
        {
            CreditId = id, Method = request.Method, Reason = request.Reason, MoneyCents = Money.Zero - amount, CreditCents = Money.Zero - amount,
        };
        await Books.EnterAsync(db, user, refund, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new One<Response>(new(refund.Id, id, amount, credit.BalanceCents - amount)), ct);
    }
}
