using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// Whoever holds the link chooses a password, and their name when they are new. It works once, whoever races; it works no longer when the one who gave it out
/// could not give it out today. Guessing is slowed down as signing in is.
/// </summary>
internal static partial class AcceptInvitation
{
    /// <param name="FullName">What somebody new is called; left out, what the office has put there.</param>
    public sealed record Request(
        [property: Required, StringLength(InvitationToken.Longest), JsonConverter(typeof(VerbatimText))] string Token,
        [property: StringLength(255)] string? FullName,
        [property: Required, StringLength(CreateUser.LongestPassword, MinimumLength = CreateUser.ShortestPassword), JsonConverter(typeof(VerbatimText))] string Password);

    /// <param name="Email">To sign in with.</param>
    public sealed record Response(string Email);

    public static async Task<Ok<One<Response>>> Handle(
        Request request, HttpContext http, LoginLimiter limiter, ReadDb nobody, Tenants tenants, TimeProvider clock, ILogger<Invitation> log, CancellationToken ct) =>
        Answers.Ok(new Response(await Run(request, http.Connection.RemoteIpAddress, limiter, nobody, tenants, clock, log, ct)));

    /// <returns>The e-mail to sign in with.</returns>
    /// <exception cref="RuleException">NOT_FOUND: the link does not work. CONFLICT: the e-mail was taken meanwhile.</exception>
    /// <exception cref="LimitException">RATE_LIMITED</exception>
    internal static async Task<string> Run(
        Request request, IPAddress? address, LoginLimiter limiter, ReadDb nobody, Tenants tenants, TimeProvider clock, ILogger log, CancellationToken ct)
    {
        var attempt = await limiter.BeginAsync(address, Convert.ToHexStringLower(InvitationToken.HashOf(request.Token)), ct);
        var found = await InvitationSql.ByToken(nobody, request.Token, ct) ?? throw InvitationRules.NoLongerValid();
        var hash = await PasswordHash.HashAsync(request.Password, ct);

        // Nobody is signed in. The link lets its holder do this one thing with the rights of the office that gave it out.
        var (account, now) = (new AccountId(found.AccountId), clock.GetUtcNow());
        await using var db = tenants.Open(new Tenant(found.AccountId, Guid.Empty, Words<UserRole>.Of(UserRole.Owner)));
        var invitation = await InvitationSql.Accept(db, account, new(found.Id), request.Token, now, ct) ?? throw InvitationRules.NoLongerValid();
        var inviter = await UserSql.FindForShare(db, account, invitation.InvitedBy, ct);
        var stillMay = inviter is { DeactivatedAt: null, Role: UserRole.Owner or UserRole.Admin } && (invitation.Role is not UserRole.Owner || inviter.Role is UserRole.Owner);
        if (!stillMay) throw InvitationRules.NoLongerValid();

        var user = invitation.UserId is { } id
            ? await GiveNewPassword(db, account, id, hash, now, ct)
            : await LetIn(db, invitation, request.FullName ?? invitation.FullName, hash, ct);
        await AuditLog.UpdatedByThemselves(db, account, user.Id, "invitation", invitation.Id, invitation with { AcceptedAt = null, Version = invitation.Version - 1 }, invitation, ct);
        await db.CommitAsync(ct);
        await limiter.SucceededAsync(attempt, ct);
        Accepted(log, invitation.Id.Value, user.Id.Value);

        return user.Email;
    }

    private static async Task<User> LetIn(Db db, Invitation invitation, string name, string hash, CancellationToken ct)
    {
        var user = await UserSql.Insert(db, new(UserId.New(), invitation.AccountId, invitation.Email, name, null, invitation.Role, null, default, default), hash, ct);
        await AuditLog.InsertedByThemselves(db, user.AccountId, user.Id, "user", user.Id, user, ct);
        return user;
    }

    private static async Task<User> GiveNewPassword(Db db, AccountId account, UserId id, string hash, DateTimeOffset now, CancellationToken ct)
    {
        if (await UserSql.FindForUpdate(db, account, id, ct) is not { DeactivatedAt: null } user) throw InvitationRules.NoLongerValid();

        await UserSql.SetPassword(db, account, id, hash, ct);
        await UserSql.RevokeSessions(db, account, id, null, now, ct);
        await AuditLog.UpdatedByThemselves(db, account, id, "user", id, new { }, new ChangeUser.PasswordChange(true), ct);
        return user;
    }

    [LoggerMessage(LogLevel.Information, "Invitation {InvitationId} accepted by user {UserId}")]
    private static partial void Accepted(ILogger log, Guid invitationId, Guid userId);
}
