using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal;

/// <summary>Every statement that writes the portal's tables.</summary>
internal static class PortalSql
{
    public static Task Insert(Db db, PortalLink link, byte[] hash, CancellationToken ct) => db.RunAsync($"""
        insert into portal_links (account_id, id, client_id, estimate_id, invoice_id, token_hash, expires_at, created_by, created_at)
        values ({link.AccountId}, {link.Id}, {link.ClientId}, {link.EstimateId}, {link.InvoiceId}, {hash}, {link.ExpiresAt}, {link.CreatedBy}, {link.CreatedAt})
        """, ct);

    /// <returns>False when there is no such link, or it works no longer anyway.</returns>
    public static async Task<bool> Revoke(Db db, AccountId account, Guid link, DateTimeOffset now, CancellationToken ct) =>
        await db.RunAsync($"update portal_links set revoked_at = {now} where account_id = {account} and id = {link} and revoked_at is null", ct) == 1;

    public static Task Seen(Db db, Visitor visitor, DateTimeOffset now, CancellationToken ct) =>
        db.RunAsync($"update portal_links set seen_at = {now} where account_id = {visitor.AccountId} and id = {visitor.LinkId}", ct);

    public static Task Sign(Db db, Visitor visitor, Guid estimate, string? drawing, byte[] fingerprint, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        insert into estimate_signatures (account_id, estimate_id, portal_link_id, drawing, fingerprint, signed_at)
        values ({visitor.AccountId}, {estimate}, {visitor.LinkId}, {drawing}, {fingerprint}, {now})
        on conflict on constraint estimate_signatures_pkey do nothing
        """, ct);

    public static Task SaveForm(Db db, AccountId account, string slug, bool isOpen, string? greeting, CancellationToken ct) => db.RunAsync($"""
        insert into booking_forms (account_id, slug, is_open, greeting) values ({account}, {slug}, {isOpen}, {greeting})
        on conflict on constraint booking_forms_pkey do update set slug = excluded.slug, is_open = excluded.is_open, greeting = excluded.greeting
        """, ct);

    public static Task AddRequest(Db db, AccountId account, BookingRequest request, byte[] sender, CancellationToken ct) => db.RunAsync($"""
        insert into booking_requests (account_id, id, name, email, phone, address, wish, preferred_on, sender_hash, created_at)
        values ({account}, {request.Id}, {request.Name}, {request.Email}, {request.Phone}, {request.Address}, {request.Wish}, {request.PreferredOn}, {sender}, {request.CreatedAt})
        """, ct);

    public static async Task<bool> Settle(Db db, AccountId account, Guid request, string status, Guid? job, DateTimeOffset now, CancellationToken ct) =>
        await db.RunAsync($"""
            update booking_requests set status = {status}, job_id = {job}, settled_at = {now} where account_id = {account} and id = {request} and status = 'new'
            """, ct) == 1;
}
