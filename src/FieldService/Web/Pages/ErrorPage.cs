using System.Text.Encodings.Web;
using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Web.Pages;

/// <summary>
/// Tells a person with a browser that something did not work and where to go from here. Written without Razor and without the database, so that
/// it still works when they do not.
/// </summary>
internal static class ErrorPage
{
    /// <summary>Writes the whole answer but its status, which is already set.</summary>
    /// <param name="http">The request that failed.</param>
    /// <param name="message">What is wrong, for a person; null when the status says it all.</param>
    public static Task WriteAsync(HttpContext http, string? message)
    {
        var status = http.Response.StatusCode;
        var (title, text) = Texts(status);
        http.Response.ContentType = "text/html; charset=utf-8";
        var (address, label) = http.Features.Get<CurrentUser>() is null ? (ReturnPath.SignIn, "Go to sign-in") : (ReturnPath.Home, "Go to today");
        var trace = status >= 500 ? $"""<p class="trace">If you ask for help, name this number: <code>{Safe(http.TraceIdentifier)}</code></p>""" : "";
        return http.Response.WriteAsync($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title} · Outpost</title>
            <link rel="stylesheet" href="{Assets.Path("app.css")}">
            <link rel="icon" type="image/svg+xml" href="{Assets.Path("logo.svg")}">
            </head>
            <body class="alone">
            <main id="content" class="notice">
            <p class="code">{status}</p>
            <h1>{title}</h1>
            <p>{Safe(status == StatusCodes.Status404NotFound ? text : message ?? text)}</p>
            {trace}
            <p><a class="button" href="{address}">{label}</a></p>
            </main>
            </body>
            </html>
            """, http.RequestAborted);
    }

    private static (string Title, string Text) Texts(int status) => status switch
    {
        StatusCodes.Status400BadRequest => ("That did not work", "The address or the form is not complete. Go back and try again."),
        StatusCodes.Status403Forbidden => ("Not for you", "Your role may not see or do this. Ask the owner of the account if you need it."),
        StatusCodes.Status404NotFound => ("There is nothing here", "The address is wrong, or what was here has been removed."),
        StatusCodes.Status405MethodNotAllowed => ("That did not work", "This address does not take what was sent to it."),
        StatusCodes.Status429TooManyRequests => ("Too many attempts", "Wait a moment, then try again."),
        StatusCodes.Status503ServiceUnavailable => ("Back in a moment", "Outpost is being restarted or its database cannot be reached. Nothing you saved is lost; try again shortly."),
        >= 500 => ("Something went wrong", "The fault is ours, and it has been noted. Nothing you saved before is lost; try again."),
        _ => ("That did not work", "The request was refused."),
    };

    private static string Safe(string text) => HtmlEncoder.Default.Encode(text);
}
