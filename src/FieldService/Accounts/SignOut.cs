using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Ends this session for good: the row is revoked, so a copy of the cookie is worth nothing either.</summary>
internal static class SignOut
{
    public sealed record Response(string Message);

    public static async Task<Ok<Response>> Handle(CurrentUser user, HttpContext http, SessionCookie cookie, Db db, TimeProvider clock, CancellationToken ct)
    {
        await db.RunAsync($"update sessions set revoked_at = {clock.GetUtcNow()} where account_id = {user.Account} and id = {user.Session}", ct);
        await db.CommitAsync(ct);
        cookie.Clear(http);
        return TypedResults.Ok(new Response("ok"));
    }
}
