using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// Somebody changes their own password and stays signed in here; everywhere else they have to sign in again. Guessing the current one is
/// slowed down as signing in is, and counted together with it.
/// </summary>
internal static partial class ChangeOwnPassword
{
    public sealed record Request(
        [property: Required, StringLength(CreateUser.LongestPassword), JsonConverter(typeof(VerbatimText))] string CurrentPassword,
        [property: Required, StringLength(CreateUser.LongestPassword, MinimumLength = CreateUser.ShortestPassword), JsonConverter(typeof(VerbatimText))] string NewPassword);

    public sealed record Response(string Message);

    public static async Task<Ok<Response>> Handle(Request request, HttpContext http, CurrentUser user, LoginLimiter limiter, ReadDb lookup, Db db, TimeProvider clock,
        ILogger<User> log, CancellationToken ct)
    {
        var attempt = await limiter.BeginAsync(http.Connection.RemoteIpAddress, user.Email, ct);
        var hash = await lookup.ValueAsync<string>($"select password_hash from users where account_id = {user.Account} and id = {user.Id}", ct);
        if (!await PasswordHash.VerifyAsync(hash, request.CurrentPassword, ct)) throw UserRules.WrongPassword();

        var changed = await PasswordHash.HashAsync(request.NewPassword, ct);
        if (!await UserSql.ReplacePassword(db, user.Account, user.Id, hash!, changed, ct)) throw UserRules.PasswordChangedMeanwhile();
        await UserSql.RevokeSessions(db, user.Account, user.Id, user.Session, clock.GetUtcNow(), ct);
        await AuditLog.Updated(db, user, "user", user.Id, new { }, new ChangeUser.PasswordChange(true), ct);
        await db.CommitAsync(ct);
        await limiter.SucceededAsync(attempt, ct);
        Changed(log, user.Id.Value);

        return TypedResults.Ok(new Response("ok"));
    }

    [LoggerMessage(LogLevel.Information, "User {UserId} changed their password")]
    private static partial void Changed(ILogger log, Guid userId);
}
