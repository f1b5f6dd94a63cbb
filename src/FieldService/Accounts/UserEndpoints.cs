using Outpost.FieldService.Web;

namespace Outpost.FieldService.Accounts;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/v1/users").WithTags("Users");

        users.MapGet("", ListUsers.Handle).Requires(Ability.ReadUsers).WithSummary("The people of the company, by name");
        users.MapPost("", CreateUser.Handle).Requires(Ability.ManageUsers).WithSummary("Let somebody sign in");
        users.MapGet("/{id}", GetUser.Handle).Requires(Ability.ReadUsers).WithVersion().WithSummary("One person");
        users.MapPatch("/{id}", ChangeUser.Handle).Requires(Ability.ManageUsers).Versioned(UserSql.LockVersion).WithSummary("Change a person's name, telephone, role or password");
        users.MapPost("/{id}/deactivation", DeactivateUser.Handle).Requires(Ability.ManageUsers).WithSummary("Let somebody sign in no longer, from this moment on");
        users.MapDelete("/{id}/deactivation", DeactivateUser.Undo).Requires(Ability.ManageUsers).WithSummary("Let somebody sign in again");
        users.MapPost("/{id}/password-reset", ResetPassword.Handle).Requires(Ability.ManageUsers).WithSummary("A link with which somebody chooses a new password");
        users.MapGet("/invitations", KeepInvitations.List).Requires(Ability.ManageUsers).WithSummary("Invitations and links to new passwords, newest first");
        users.MapPost("/invitations", InviteUser.Handle).Requires(Ability.ManageUsers).WithSummary("Invite somebody; the answer holds the link, this once");
        users.MapPost("/invitations/{id}/resend", KeepInvitations.Resend).Requires(Ability.ManageUsers).WithSummary("A new link for an invitation; the old one works no longer");
        users.MapDelete("/invitations/{id}", KeepInvitations.Revoke).Requires(Ability.ManageUsers).WithSummary("Take an invitation back");

        app.MapPost("/api/v1/auth/invitation", AcceptInvitation.Handle).AllowAnonymous().WithTags("Sign-in").WithSummary("Choose a password with the link of an invitation");
        app.MapPost("/api/v1/auth/password", ChangeOwnPassword.Handle).Requires(Ability.BeSignedIn).WithTags("Sign-in").WithSummary("Change one's own password");
    }
}
