namespace Outpost.FieldService.Web.Pages;

/// <summary>Where somebody goes after signing in. Only to a page of this application: an address from a link could lead anywhere.</summary>
internal static class ReturnPath
{
    public const string Home = "/app";
    public const string SignIn = "/login";
    private const int Longest = 2000;

    /// <summary>The path to go to, made safe and written as a header can carry it; <see cref="Home"/> when it is no page of ours.</summary>
    public static string Of(string? asked)
    {
        if (asked is not { Length: > 0 and <= Longest } || asked[0] != '/' || asked.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0 || asked.Contains('\\')) return Home;

        // Read as the browser reads it: dots resolved, everything beyond ASCII escaped.
        return Uri.TryCreate("http://here" + asked, UriKind.Absolute, out var uri) && uri.Host == "here" && IsPage(uri.AbsolutePath) ? uri.PathAndQuery : Home;
    }

    /// <summary>The sign-in page that leads back to what was asked for.</summary>
    public static string SignInFor(string? shown)
    {
        var asked = Of(shown);
        return asked == Home ? SignIn : $"{SignIn}?returnUrl={Uri.EscapeDataString(asked)}";
    }

    private static bool IsPage(string path) => path == Home || path.StartsWith(Home + "/", StringComparison.Ordinal);
}
