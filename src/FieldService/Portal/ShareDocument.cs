using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal;

/// <summary>The office gives a client a link: to an estimate, to an invoice, or to everything of theirs.</summary>
internal static class ShareDocument
{
    public enum Kind { Estimate, Invoice, Client }

    public sealed record About(Guid ClientId, string ClientName, string? Email, string Name, bool IsDraft);

    /// <returns>The secret that the link ends in. It is kept nowhere.</returns>
    /// <exception cref="RuleException">NOT_FOUND, PRECONDITION_FAILED</exception>
    public static async Task<string> Handle(Kind kind, Guid id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var about = await db.FirstAsync<About>(Statement(kind, id, user.Account), ct) ?? throw Missing.Of(Words<Kind>.Of(kind));
        if (about.IsDraft) throw PortalRules.NothingToShare();

        var now = clock.GetUtcNow();
        var (token, hash) = PortalLink.Secret();
        var link = new PortalLink(
            PortalLinkId.New(), user.Account, about.ClientId, kind is Kind.Estimate ? id : null, kind is Kind.Invoice ? id : null, now + PortalLink.Lasts, user.Id, now);
        await PortalSql.Insert(db, link, hash, ct);
        await AuditLog.Inserted(db, user, "portal_link", link.Id, link, ct);
        await db.CommitAsync(ct);
        return token;
    }

    /// <exception cref="RuleException">NOT_FOUND</exception>
    public static async Task TakeBack(Guid link, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (!await PortalSql.Revoke(db, user.Account, link, now, ct)) throw Missing.Of("link");

        await AuditLog.Updated(db, user, "portal_link", new PortalLinkId(link), new { RevokedAt = (DateTimeOffset?)null }, new { RevokedAt = (DateTimeOffset?)now }, ct);
        await db.CommitAsync(ct);
    }

    /// <summary>What is shared: <see cref="About"/>.</summary>
    public static Sql Statement(Kind kind, Guid id, AccountId account) => kind switch
    {
        Kind.Estimate => $"""
            select e.client_id, c.name as client_name, c.email, 'Estimate ' || coalesce(e.estimate_number, '') as name, e.status = 'draft' as is_draft
            from estimates e join clients c on c.account_id = e.account_id and c.id = e.client_id where e.account_id = {account} and e.id = {id}
            """,
        Kind.Invoice => $"""
            select i.client_id, c.name as client_name, c.email, 'Invoice ' || coalesce(i.invoice_number, '') as name, i.status = 'draft' as is_draft
            from invoices i join clients c on c.account_id = i.account_id and c.id = i.client_id where i.account_id = {account} and i.id = {id}
            """,
        Kind.Client => $"select id as client_id, name as client_name, email, name, false as is_draft from clients where account_id = {account} and id = {id}",
    };
}
