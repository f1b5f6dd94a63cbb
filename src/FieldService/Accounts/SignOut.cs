using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Ends this session for good: the row is revoked, so a copy of the cookie is worth nothing either.</summary>
internal static class SignOut
{
    public sealed record Response(string Message);

    /// <summary>What the audit log keeps of it.</summary>
    internal sealed record Ended(DateTimeOffset RevokedAt);

    public static async Task<Ok<Response>> Handle(CurrentUser user, HttpContext http, SessionCookie cookie, Db db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await db.RunAsync($"update sessions set revoked_at = {now} where account_id = {user.Account} and id = {user.Session}", ct);
        await AuditLog.Updated(db, user, "session", user.Session, new { }, new Ended(now), ct);
        await db.CommitAsync(ct);
        cookie.Clear(http);
        return TypedResults.Ok(new Response("ok"));
    }
}
