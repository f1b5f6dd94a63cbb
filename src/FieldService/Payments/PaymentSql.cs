using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>Every statement that writes <c>payments</c>. Whoever writes one holds the lock on its invoice.</summary>
internal static class PaymentSql
{
    public static async Task<Payment> Insert(Db db, Payment payment, CancellationToken ct) => (await db.FirstAsync($"""
        insert into payments as p (account_id, id, invoice_id, amount_cents, method, received_at, notes, created_by)
        values ({payment.AccountId}, {payment.Id}, {payment.InvoiceId}, {payment.AmountCents}, {payment.Method}, {payment.ReceivedAt}, {payment.Notes}, {payment.CreatedBy})
        returning {Columns}
        """, Read, ct))!;

    public static Task<Payment?> Find(Db db, AccountId account, PaymentId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from payments p where p.account_id = {account} and p.id = {id}", Read, ct);

    /// <returns>False when somebody else has taken it back meanwhile.</returns>
    public static async Task<bool> Delete(Db db, Payment payment, CancellationToken ct) =>
        await db.RunAsync($"delete from payments where account_id = {payment.AccountId} and id = {payment.Id}", ct) == 1;

    /// <summary>What the payments of an invoice come to.</summary>
    public static async Task<Money> SumAsync(Db db, AccountId account, InvoiceId invoice, CancellationToken ct) => new(await db.ValueAsync<long>($"""
        select coalesce(sum(amount_cents), 0)::bigint from payments where account_id = {account} and invoice_id = {invoice}
        """, ct));

    private static Sql Columns => $"p.id, p.account_id, p.invoice_id, p.amount_cents, p.method, p.received_at, p.notes, p.created_by, p.created_at";

    private static Payment Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        new(row.GetInt64(3)),
        Words<PaymentMethod>.Parse(row.GetString(4)),
        row.GetFieldValue<DateTimeOffset>(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        new(row.GetGuid(7)),
        row.GetFieldValue<DateTimeOffset>(8));
}
