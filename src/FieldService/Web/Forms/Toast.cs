namespace Outpost.FieldService.Web.Forms;

/// <summary>A word to the person on the next page: what has just been done. It travels in a cookie that the page takes away again.</summary>
internal static class Toast
{
    private const string Name = "toast";
    private const int Longest = 600;
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(1);

    public static void Say(HttpContext http, string text) => http.Response.Cookies.Append(
        Name, Uri.EscapeDataString(text.Length > Longest ? text[..Longest] : text),
        new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, MaxAge = Lasts, IsEssential = true });

    /// <summary>What is to be said, once.</summary>
    public static string? Take(HttpContext http)
    {
        if (http.Request.Cookies[Name] is not { Length: > 0 } text) return null;

        http.Response.Cookies.Delete(Name, new() { Path = "/" });
        try
        {
            return Uri.UnescapeDataString(text);
        }
        catch (UriFormatException)
        {
            return null;
        }
    }
}
