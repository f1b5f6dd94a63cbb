using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>What the office does with invitations that are out: look at them, send one again, take one back.</summary>
internal static class KeepInvitations
{
    private static readonly Sorting Sorting = new("created_at", descending: true, ("created_at", $"created_at, id", $"created_at desc, id desc"));

    public enum Standing { Open, Accepted, Revoked, Expired }

    public sealed record Filter
    {
        public string? Status { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, string Email, string FullName, string Role, Guid? UserId, Guid InvitedBy, string Status, DateTimeOffset ExpiresAt,
        DateTimeOffset? AcceptedAt, DateTimeOffset? RevokedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version);

    public static async Task<Ok<Page<Row>>> List([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var standing = ListParameters.Word<Standing>(filter.Status, "status");
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql rows = $"""
            select id, account_id, email, full_name, role, user_id, invited_by,
                   case when accepted_at is not null then 'accepted' when revoked_at is not null then 'revoked'
                        when expires_at <= {clock.GetUtcNow()} then 'expired' else 'open' end as status,
                   expires_at, accepted_at, revoked_at, created_at, updated_at, version
            from invitations where account_id = {user.Account}
            """;
        Sql asked = $"select * from ({rows}) i {Sql.If(standing is not null, $"where status = {standing}")}";

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"{asked} order by {order} {paging.Window}",
            $"select count(*) from ({asked}) i", ct));
    }

    /// <summary>A new link that lasts as long as the first; the old one works no longer.</summary>
    public static async Task<Ok<One<InviteUser.Response>>> Resend(InvitationId id, HttpContext http, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var invitation = await FindOpen(db, user, id, ct);
        var (token, hash) = InvitationToken.New();
        var renewed = await InvitationSql.Renew(db, invitation with { InvitedBy = user.Id, ExpiresAt = clock.GetUtcNow() + invitation.Term }, hash, ct);
        await AuditLog.Updated(db, user, "invitation", id, invitation, renewed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(new InviteUser.Response(renewed, InvitationToken.Link(http.Request, token)));
    }

    public static async Task<NoContent> Revoke(InvitationId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var invitation = await FindOpen(db, user, id, ct);
        var revoked = await InvitationSql.Revoke(db, invitation, clock.GetUtcNow(), ct);
        await AuditLog.Updated(db, user, "invitation", id, invitation, revoked, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }

    private static async Task<Invitation> FindOpen(Db db, CurrentUser user, InvitationId id, CancellationToken ct)
    {
        var invitation = await InvitationSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invitation");
        if (!invitation.IsOpen) throw InvitationRules.IsOver();
        if (invitation.Role is UserRole.Owner && user.Role is not UserRole.Owner) throw UserRules.OnlyAnOwner();

        return invitation;
    }
}
