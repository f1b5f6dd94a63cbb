using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Somebody has lost their password: the office makes a link with which they choose a new one. A link that was made before works no longer.</summary>
internal static class ResetPassword
{
    public static async Task<Created<One<InviteUser.Response>>> Handle(UserId id, HttpContext http, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var person = await UserSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("user");
        if (person.Role is UserRole.Owner && user.Role is not UserRole.Owner) throw UserRules.OnlyAnOwner();
        if (person.DeactivatedAt is not null) throw InvitationRules.IsDeactivated();

        var now = clock.GetUtcNow();
        foreach (var old in await InvitationSql.RevokeResetsOf(db, person, now, ct))
        {
            await AuditLog.Updated(db, user, "invitation", old.Id, old with { RevokedAt = null, Version = old.Version - 1 }, old, ct);
        }

        var (token, hash) = InvitationToken.New();
        var invitation = await InvitationSql.Insert(db, InviteUser.New(user, person.Email, person.FullName, person.Role, id, now + Invitation.ResetLasts), hash, ct);
        await AuditLog.Inserted(db, user, "invitation", invitation.Id, invitation, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/users/invitations/{invitation.Id.Value}", new InviteUser.Response(invitation, InvitationToken.Link(http.Request, token)));
    }
}
