using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// The office lets somebody in who chooses their own password. The answer holds the link, this once; passing it on is up to the office. Only an owner
/// invites an owner.
/// </summary>
internal static partial class InviteUser
{
    public sealed record Request(
        [property: Required, EmailAddress, StringLength(320)] string Email,
        [property: Required, StringLength(255)] string FullName,
        [property: Required] UserRole? Role);

    /// <param name="Link">Shown here and nowhere else.</param>
    public sealed record Response(Invitation Invitation, string Link);

    public static async Task<Created<One<Response>>> Handle(Request request, HttpContext http, CurrentUser user, Db db, TimeProvider clock, ILogger<Invitation> log, CancellationToken ct)
    {
        var role = request.Role!.Value;
        if (role is UserRole.Owner && user.Role is not UserRole.Owner) throw UserRules.OnlyAnOwner();

        var email = request.Email.ToLowerInvariant();
        if (await db.ValueAsync<bool>($"select exists (select from users where account_id = {user.Account} and email = {email})", ct)) throw UserRules.EmailIsTaken();

        var (token, hash) = InvitationToken.New();
        var invitation = await InvitationSql.Insert(db, New(user, email, request.FullName, role, null, clock.GetUtcNow() + Invitation.Lasts), hash, ct);
        await AuditLog.Inserted(db, user, "invitation", invitation.Id, invitation, ct);
        await db.CommitAsync(ct);
        Invited(log, invitation.Id.Value, role);

        return Answers.Created($"/api/v1/users/invitations/{invitation.Id.Value}", new Response(invitation, InvitationToken.Link(http.Request, token)));
    }

    internal static Invitation New(CurrentUser by, string email, string name, UserRole role, UserId? who, DateTimeOffset expires) =>
        new(InvitationId.New(), by.Account, email, name, role, who, by.Id, expires, null, null, default, default, 1);

    [LoggerMessage(LogLevel.Information, "Invitation {InvitationId} made for a {Role}")]
    private static partial void Invited(ILogger log, Guid invitationId, UserRole role);
}
