using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Payments;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Checkout;

/// <summary>A client's way to the payment provider, for one invoice.</summary>
internal sealed record Checkout(Guid Id, Guid InvoiceId, Money AmountCents, string Currency, string Status, string? Url, Guid? PaymentId, Money RefundedCents, DateTimeOffset ExpiresAt);

/// <summary>Every statement that writes <c>checkouts</c>. Who records what came of one holds the lock on its invoice.</summary>
internal static class CheckoutSql
{
    private static Sql Columns => $"id, invoice_id, amount_cents, currency, status, url, payment_id, refunded_cents, expires_at";

    public static Task<Checkout?> FindForUpdate(Db db, AccountId account, Guid id, CancellationToken ct) =>
        db.FirstAsync<Checkout>($"select {Columns} from checkouts where account_id = {account} and id = {id} for update", ct);

    /// <summary>One that the client has begun and can go on with.</summary>
    public static Task<Checkout?> FindOpen(Db db, AccountId account, InvoiceId invoice, Money amount, DateTimeOffset until, CancellationToken ct) => db.FirstAsync<Checkout>($"""
        select {Columns} from checkouts where account_id = {account} and invoice_id = {invoice} and status = 'open' and amount_cents = {amount} and expires_at > {until}
        order by created_at desc limit 1
        """, ct);

    public static Task Insert(Db db, AccountId account, Guid id, InvoiceId invoice, Money amount, string currency, DateTimeOffset expires, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        insert into checkouts (account_id, id, invoice_id, amount_cents, currency, expires_at, created_at) values ({account}, {id}, {invoice}, {amount}, {currency}, {expires}, {now})
        """, ct);

    public static Task Opened(Db db, AccountId account, Guid id, ProviderSession session, CancellationToken ct) => db.RunAsync($"""
        update checkouts set status = 'open', session_id = {session.Id}, url = {session.Url.AbsoluteUri} where account_id = {account} and id = {id} and status = 'creating'
        """, ct);

    public static Task Paid(Db db, AccountId account, Guid id, PaymentId payment, ProviderMessage.Paid message, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        update checkouts set status = 'paid', payment_id = {payment}, payment_intent = {message.PaymentIntent}, session_id = coalesce(session_id, {message.Session}), paid_at = {now} where account_id = {account} and id = {id}
        """, ct);

    public static Task Expired(Db db, AccountId account, Guid id, CancellationToken ct) =>
        db.RunAsync($"update checkouts set status = 'expired' where account_id = {account} and id = {id} and status = 'open'", ct);

    public static Task Refunded(Db db, AccountId account, Guid id, Money total, CancellationToken ct) =>
        db.RunAsync($"update checkouts set refunded_cents = {total} where account_id = {account} and id = {id}", ct);
}
