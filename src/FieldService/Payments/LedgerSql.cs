using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>
/// Every statement that writes <c>ledger_entries</c>, and the balances of <c>client_credits</c> with them. Whoever enters something on an invoice holds its
/// lock; a credit is locked after the invoice and after the series of numbers.
/// </summary>
internal static class LedgerSql
{
    /// <summary>What of a payment is still with the company: on its invoice and as credit.</summary>
    public sealed record Left(Money MoneyCents, Money PaidCents, Money CreditCents);

    public static async Task EnterAsync(Db db, LedgerEntry entry, CancellationToken ct)
    {
        await db.RunAsync($"""
            insert into ledger_entries (account_id, id, kind, client_id, invoice_id, payment_id, credit_id, credit_note_id, reverses_id,
                                        money_cents, paid_cents, credited_cents, written_off_cents, credit_cents, method, reason, created_by, happened_at)
            values ({entry.AccountId}, {entry.Id}, {entry.Kind}, {entry.ClientId}, {entry.InvoiceId}, {entry.PaymentId}, {entry.CreditId}, {entry.CreditNoteId}, {entry.ReversesId},
                    {entry.MoneyCents}, {entry.PaidCents}, {entry.CreditedCents}, {entry.WrittenOffCents}, {entry.CreditCents}, {entry.Method}, {entry.Reason},
                    {entry.CreatedBy}, {entry.HappenedAt})
            """, ct);
        if (entry.CreditCents == Money.Zero) return;

        await db.RunAsync($"""
            update client_credits set balance_cents = balance_cents + {entry.CreditCents} where account_id = {entry.AccountId} and id = {entry.CreditId}
            """, ct);
    }

    /// <summary>What the entries of an invoice come to.</summary>
    public static async Task<Settlement> SettlementAsync(Db db, AccountId account, InvoiceId invoice, CancellationToken ct) => (await db.FirstAsync($"""
        select coalesce(sum(paid_cents), 0)::bigint, coalesce(sum(credited_cents), 0)::bigint, coalesce(sum(written_off_cents), 0)::bigint
        from ledger_entries where account_id = {account} and invoice_id = {invoice}
        """, static row => new Settlement(new(row.GetInt64(0)), new(row.GetInt64(1)), new(row.GetInt64(2))), ct))!;

    public static async Task<Left> LeftAsync(Db db, Payment payment, CancellationToken ct) => (await db.FirstAsync($"""
        select coalesce(sum(money_cents), 0)::bigint, coalesce(sum(paid_cents), 0)::bigint, coalesce(sum(credit_cents), 0)::bigint
        from ledger_entries where account_id = {payment.AccountId} and payment_id = {payment.Id}
        """, static row => new Left(new(row.GetInt64(0)), new(row.GetInt64(1)), new(row.GetInt64(2))), ct))!;

    public static Task<LedgerEntry?> Find(Db db, AccountId account, LedgerEntryId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from ledger_entries l where l.account_id = {account} and l.id = {id}", Read, ct);

    /// <summary>The entry with which a payment or a deposit came into the ledger.</summary>
    public static async Task<LedgerEntry> OfPayment(Db db, Payment payment, CancellationToken ct) => (await db.FirstAsync($"""
        select {Columns} from ledger_entries l where l.account_id = {payment.AccountId} and l.payment_id = {payment.Id} and l.kind in ('payment', 'deposit')
        """, Read, ct))!;

    public static Task<bool> IsReversed(Db db, LedgerEntry entry, CancellationToken ct) =>
        db.ValueAsync<bool>($"select exists (select from ledger_entries where account_id = {entry.AccountId} and reverses_id = {entry.Id})", ct);

    /// <summary>The credit of a client for whatever comes, or the one of an estimate, made when it is not there yet; locked.</summary>
    public static async Task<ClientCredit> CreditOf(Db db, AccountId account, ClientId client, EstimateId? estimate, CancellationToken ct)
    {
        await db.RunAsync($"""
            insert into client_credits (account_id, id, client_id, estimate_id) values ({account}, {CreditId.New()}, {client}, {Family(account, estimate)}) on conflict do nothing
            """, ct);
        return (await FindCreditOf(db, account, client, estimate, ct))!;
    }

    public static Task<ClientCredit?> FindCreditOf(Db db, AccountId account, ClientId client, EstimateId? estimate, CancellationToken ct) => db.FirstAsync(estimate is null
        ? $"select {CreditColumns} from client_credits c where c.account_id = {account} and c.client_id = {client} and c.estimate_id is null for update"
        : (Sql)$"select {CreditColumns} from client_credits c where c.account_id = {account} and c.estimate_id = {Family(account, estimate)} for update", ReadCredit, ct);

    // What was paid for one revision is there for the next: it is kept for the first, which all of them go back to.
    private static Sql Family(AccountId account, EstimateId? estimate) => $"(select e.family_id from estimates e where e.account_id = {account} and e.id = {estimate})";

    public static Task<ClientCredit?> FindCredit(Db db, AccountId account, CreditId id, CancellationToken ct) =>
        db.FirstAsync($"select {CreditColumns} from client_credits c where c.account_id = {account} and c.id = {id} for update", ReadCredit, ct);

    private static Sql CreditColumns => $"c.id, c.account_id, c.client_id, c.estimate_id, c.balance_cents";

    private static ClientCredit ReadCredit(DbDataReader row) => new(
        new(row.GetGuid(0)), new(row.GetGuid(1)), new(row.GetGuid(2)), row.IsDBNull(3) ? null : new(row.GetGuid(3)), new(row.GetInt64(4)));

    private static Sql Columns => $"""
        l.id, l.account_id, l.kind, l.client_id, l.created_by, l.happened_at, l.invoice_id, l.payment_id, l.credit_id, l.credit_note_id, l.reverses_id,
        l.money_cents, l.paid_cents, l.credited_cents, l.written_off_cents, l.credit_cents, l.method, l.reason
        """;

    private static LedgerEntry Read(DbDataReader row) => new(
        new(row.GetGuid(0)), new(row.GetGuid(1)), Words<LedgerKind>.Parse(row.GetString(2)), new(row.GetGuid(3)), new(row.GetGuid(4)), row.GetFieldValue<DateTimeOffset>(5))
    {
        InvoiceId = row.IsDBNull(6) ? null : new(row.GetGuid(6)),
        PaymentId = row.IsDBNull(7) ? null : new(row.GetGuid(7)),
        CreditId = row.IsDBNull(8) ? null : new(row.GetGuid(8)),
        CreditNoteId = row.IsDBNull(9) ? null : new(row.GetGuid(9)),
        ReversesId = row.IsDBNull(10) ? null : new(row.GetGuid(10)),
        MoneyCents = new(row.GetInt64(11)),
        PaidCents = new(row.GetInt64(12)),
        CreditedCents = new(row.GetInt64(13)),
        WrittenOffCents = new(row.GetInt64(14)),
        CreditCents = new(row.GetInt64(15)),
        Method = row.IsDBNull(16) ? null : Words<PaymentMethod>.Parse(row.GetString(16)),
        Reason = row.IsDBNull(17) ? null : row.GetString(17),
    };
}
