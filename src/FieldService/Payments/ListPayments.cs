using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>All payments of one invoice that were not taken back, the latest received first.</summary>
internal static class ListPayments
{
    private sealed record Found(Guid Id);

    public sealed record Row(
        Guid Id, Guid AccountId, Guid InvoiceId, Money AmountCents, string Method, DateTimeOffset ReceivedAt, string? Notes, Guid CreatedBy, string CreatedByName,
        DateTimeOffset CreatedAt, Money RefundedCents);

    public static async Task<Ok<One<List<Row>>>> Handle(InvoiceId id, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var (invoice, payments) = await db.ReadAsync([
            $"select i.id from invoices i where i.account_id = {user.Account} and i.id = {id}",
            $"""
            select p.id, p.account_id, p.invoice_id, p.amount_cents, p.method, p.received_at, p.notes, p.created_by, u.full_name as created_by_name, p.created_at,
                   (select coalesce(-sum(r.money_cents), 0)::bigint from ledger_entries r where r.account_id = p.account_id and r.payment_id = p.id and r.kind = 'refund') as refunded_cents
            from payments p
            join users u on u.account_id = p.account_id and u.id = p.created_by
            where p.account_id = {user.Account} and p.invoice_id = {id} and {PaymentSql.Stands}
            order by p.received_at desc, p.id desc
            """],
            async (results, token) => (await results.FirstAsync<Found>(token), await results.ListAsync<Row>(token)), ct);

        return invoice is null ? throw Missing.Of("invoice") : Answers.Ok(payments);
    }
}
