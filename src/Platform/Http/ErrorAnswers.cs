using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Http;

/// <summary>Writes a <see cref="Failure"/> in the service's shape, with the headers that go with it.</summary>
internal sealed class ErrorAnswers(ServiceProfile profile, TimeProvider clock)
{
    public IErrorShape Shape => profile.Errors;

    /// <summary>Does nothing to an answer that is already on its way.</summary>
    public async Task WriteAsync(HttpContext http, Failure failure)
    {
        if (http.Response.HasStarted) return;

        http.Response.StatusCode = failure.Status;
        AddLimitHeaders(http.Response.Headers, failure);
        if (profile.ErrorPage is { } page && WantsPage(http.Request))
        {
            await page(http, failure);
            return;
        }

        var json = JsonAnswer.Rent();
        Shape.Write(json.Writer, failure, http);
        await json.SendAsync(http, Shape.ContentType);
    }

    /// <summary>For an answer that so far is only a status: an unknown route, a wrong method, a bare <c>TypedResults.NotFound()</c>.</summary>
    public Task WriteAsync(HttpContext http, int status) => WriteAsync(http, new Failure(status, Sentence(status)));

    private void AddLimitHeaders(IHeaderDictionary headers, Failure failure)
    {
        if (failure.RetryAfter is not { } wait) return;

        // Rounded up: a caller who comes back on the second must find the door open.
        var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (failure.Limit is not { } limit) return;

        var resets = failure.ResetsAt ?? clock.GetUtcNow().AddSeconds(seconds);
        headers[RateLimitHeaders.Limit] = limit.ToString(CultureInfo.InvariantCulture);
        headers[RateLimitHeaders.Remaining] = "0";
        headers[RateLimitHeaders.Reset] = resets.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }

    // Browsers say that they want HTML; who says nothing at all outside the API gets what is there for people.
    private bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments(profile.ApiPath, StringComparison.OrdinalIgnoreCase)
        && (request.Headers.Accept.Count == 0 || request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase));

    private static string Sentence(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request could not be understood.",
        StatusCodes.Status401Unauthorized => "Sign in first.",
        StatusCodes.Status403Forbidden => "You may not do this.",
        StatusCodes.Status404NotFound => "There is nothing here.",
        StatusCodes.Status405MethodNotAllowed => "This method is not allowed here.",
        StatusCodes.Status408RequestTimeout => "The request took too long to arrive.",
        StatusCodes.Status409Conflict => "This conflicts with what is there now.",
        StatusCodes.Status413PayloadTooLarge => "The request is too large.",
        StatusCodes.Status414UriTooLong => "The address is too long.",
        StatusCodes.Status415UnsupportedMediaType => "Send the body as application/json.",
        StatusCodes.Status429TooManyRequests => "Too many requests; wait a moment.",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "The headers of the request are too large.",
        StatusCodes.Status503ServiceUnavailable => "Not available at the moment; try again shortly.",
        >= 500 => "Something went wrong on our side.",
        _ => "The request was refused.",
    };
}
