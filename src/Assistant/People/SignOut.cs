using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.People;

/// <summary>Ends the sign-in that the request came with.</summary>
internal static class SignOut
{
    public static async Task<NoContent> Handle(HttpContext http, SignIns signIns, Db db, CancellationToken ct)
    {
        var bearer = http.Request.Headers.Authorization.ToString() is { Length: > 7 } given ? given[7..].Trim() : SignIns.Cookie(http.Request);
        if (bearer is not null)
        {
            await PersonSql.SignOut(db, SignIns.HashOf(bearer), ct);
            await db.CommitAsync(ct);
        }

        signIns.ClearCookie(http);
        return TypedResults.NoContent();
    }
}
