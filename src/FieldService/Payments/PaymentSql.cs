using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>Every statement that writes <c>payments</c>. Whoever writes one holds the lock on its invoice or estimate, and enters it into the ledger.</summary>
internal static class PaymentSql
{
    public static async Task<Payment> Insert(Db db, Payment payment, CancellationToken ct) => (await db.FirstAsync($"""
        insert into payments as p (account_id, id, invoice_id, estimate_id, amount_cents, method, received_at, notes, created_by)
        values ({payment.AccountId}, {payment.Id}, {payment.InvoiceId}, {payment.EstimateId}, {payment.AmountCents}, {payment.Method}, {payment.ReceivedAt}, {payment.Notes}, {payment.CreatedBy})
        returning {Columns}
        """, Read, ct))!;

    public static Task<Payment?> Find(Db db, AccountId account, PaymentId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from payments p where p.account_id = {account} and p.id = {id}", Read, ct);

    /// <summary>Over the payments <c>p</c>: those that were not taken back.</summary>
    public static Sql Stands => $"""
        not exists (
          select from ledger_entries e join ledger_entries r on r.account_id = e.account_id and r.reverses_id = e.id
          where e.account_id = p.account_id and e.payment_id = p.id and e.kind in ('payment', 'deposit'))
        """;

    private static Sql Columns => $"p.id, p.account_id, p.invoice_id, p.estimate_id, p.amount_cents, p.method, p.received_at, p.notes, p.created_by, p.created_at";

    private static Payment Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.IsDBNull(2) ? null : new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        new(row.GetInt64(4)),
        Words<PaymentMethod>.Parse(row.GetString(5)),
        row.GetFieldValue<DateTimeOffset>(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        new(row.GetGuid(8)),
        row.GetFieldValue<DateTimeOffset>(9));
}
