using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Outpost.Assistant.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.Assistant.People;

/// <summary>Knows who is signed in by a random token, in a cookie or as bearer, of which only the hash is kept.</summary>
internal sealed class SignIns(NpgsqlDataSource source, Settings settings, TimeProvider clock)
{
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    // Cookies know no ports: beside another service of the same machine it needs a name of its own.
    private const string CookieName = "assistant_session";

    private readonly ReadDb _db = new(source, null);
    private readonly string _secure = settings["SECURE_COOKIES"] ?? "auto";

    private sealed record Holder(Guid Id, string Role);

    public async ValueTask<Caller?> CallerAsync(string? token, CancellationToken ct)
    {
        if (token is null or { Length: > 200 }) return null;

        var holder = await _db.FirstAsync<Holder>($"""
            select p.id, p.role from sign_ins s join people p on p.id = s.person_id
            where s.token_hash = {HashOf(token)} and s.expires_at > {clock.GetUtcNow()} and p.deactivated_at is null
            """, ct);
        return holder is null ? null : new(holder.Id, null, Rights.OfRole(holder.Role));
    }

    public static string? Cookie(HttpRequest request) => request.Cookies.TryGetValue(CookieName, out var cookie) ? cookie : null;

    public void SetCookie(HttpContext http, string token) => http.Response.Cookies.Append(CookieName, token, CookieOf(http, Lasts));

    public void ClearCookie(HttpContext http) => http.Response.Cookies.Delete(CookieName, CookieOf(http, null));

    /// <returns>A new token, to be shown once, and its hash.</returns>
    public static (string Token, byte[] Hash) New()
    {
        var token = Secret.UrlSafe();
        return (token, HashOf(token));
    }

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private CookieOptions CookieOf(HttpContext http, TimeSpan? lasts) => new()
    {
        Path = "/",
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = _secure == "true" || (_secure == "auto" && http.Request.IsHttps),
        MaxAge = lasts,
    };
}
