using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// The cookie <c>session</c>. <c>SECURE_COOKIES</c> is <c>auto</c> (Secure whenever the request came over https), <c>true</c> or <c>false</c>.
/// </summary>
internal sealed class SessionCookie(Settings settings)
{
    public const string Name = "session";

    private readonly string _secure = settings["SECURE_COOKIES"] ?? "auto";

    public void Set(HttpContext http, string token, TimeSpan lasts) => http.Response.Cookies.Append(Name, token, Options(http, lasts));

    public void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http, null));

    public static string? Read(HttpRequest request) => request.Cookies.TryGetValue(Name, out var cookie) ? cookie : null;

    private CookieOptions Options(HttpContext http, TimeSpan? lasts) => new()
    {
        Path = "/",
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = _secure == "true" || (_secure == "auto" && http.Request.IsHttps),
        MaxAge = lasts,
    };
}
