using System.Net.Http.Headers;
using Microsoft.Net.Http.Headers;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Stores;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Web;

/// <summary>
/// What every request passes before its endpoint: the headers that browsers heed and those that let other sites' pages read the answer, the form of a body, whether
/// the caller is blocked, and the one answer for a store that is away.
/// </summary>
internal sealed partial class Front(RequestDelegate next, Gate gate, ILogger<Front> log)
{
    private const string AllowedHeaders = "Accept, Authorization, Content-Type, Last-Event-ID, X-AICQ-Agent, X-AICQ-Nonce, X-AICQ-Timestamp, X-AICQ-Signature, X-AICQ-Signature-V2, X-AICQ-Room-Key";
    private const string Exposed = "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After";
    private const string PagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private const string DataPolicy = "default-src 'none'";

    private static readonly HashSet<string> Allowed = new(AllowedHeaders.Split(", "), StringComparer.OrdinalIgnoreCase);
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"];
    private static readonly string[] Suspicious = ["..", "//", "<script", "javascript:", "vbscript:", "onload=", "onerror="];
    private static readonly Refusal TooLarge = Refusal.Of(StatusCodes.Status413PayloadTooLarge, "request body too large");
    private static readonly Refusal NotJson = Refusal.Of(StatusCodes.Status415UnsupportedMediaType, "content-type must be application/json");
    private static readonly Refusal Invalid = Refusal.Bad("invalid request");
    private static readonly Refusal NoPage = Refusal.Missing("404 page not found");
    private static readonly Func<object, Task> Headers = state => WriteHeaders((HttpContext)state);

    public async Task InvokeAsync(HttpContext http)
    {
        // At the very end, because an exception on the way forgets all headers.
        http.Response.OnStarting(Headers, http);
        try
        {
            if (IsPreflight(http.Request)) AnswerPreflight(http);
            else if (Refuse(http.Request, http.GetEndpoint()) is { } refusal) await refusal.SendAsync(http);
            else if (http.GetEndpoint()?.Metadata.GetMetadata<Unlimited>() is null || !await gate.TurnAwayAsync(http)) await next(http);
        }
        catch (RedisUnavailableException e) when (!http.Response.HasStarted)
        {
            await AwayAsync(http, e.Message);
        }
        catch (RedisServerException e) when (!http.Response.HasStarted && e.Code is "OOM" or "LOADING" or "READONLY" or "MISCONF" or "BUSY" or "NOREPLICAS" or "MASTERDOWN" or "CLUSTERDOWN")
        {
            // It is there and cannot work: full, starting, a replica, or a script of somebody's that does not end.
            await AwayAsync(http, e.Code);
        }
        catch (StoreUnavailableException e) when (!http.Response.HasStarted)
        {
            await AwayAsync(http, e.Message);
        }
    }

    private Task AwayAsync(HttpContext http, string cause)
    {
        StoreAway(log, cause);
        return Refusal.Unavailable.SendAsync(http, TimeSpan.FromSeconds(1));
    }

    // What has an endpoint is checked by it; a path without one is only looked at to give probes the answer they always got.
    private static Refusal? Refuse(HttpRequest request, Endpoint? endpoint)
    {
        if (request.ContentLength > RequestBody.Most) return TooLarge;
        if (request.Method is "POST" or "PUT" or "PATCH" && (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0) && !IsJson(request.ContentType)) return NotJson;

        var path = request.Path.Value ?? "";
        if (endpoint is null) return Suspicious.Any(part => path.Contains(part, StringComparison.OrdinalIgnoreCase)) ? Invalid : null;

        // The framework would take /room/ for /room, which the hub never has.
        return path.Length > 1 && path[^1] == '/' && !path.StartsWith("/static/", StringComparison.Ordinal) ? NoPage : null;
    }

    private static bool IsJson(string? contentType) =>
        contentType == Answers.Json || (System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType is { } name && name.Equals(Answers.Json, StringComparison.OrdinalIgnoreCase));

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count > 0 && request.Headers.AccessControlRequestMethod.Count > 0;

    private static void AnswerPreflight(HttpContext http)
    {
        var (asked, headers) = (http.Request.Headers, http.Response.Headers);
        var wanted = asked.AccessControlRequestHeaders.ToString();
        var method = asked.AccessControlRequestMethod.ToString();
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentLength = 0;
        headers.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        if (!Methods.Contains(method) || wanted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(name => !Allowed.Contains(name))) return;

        headers.AccessControlAllowMethods = method;
        if (wanted.Length > 0) headers.AccessControlAllowHeaders = wanted;
        headers.AccessControlMaxAge = "300";
    }

    private static Task WriteHeaders(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XXSSProtection = "1; mode=block";
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        headers.ContentSecurityPolicy = http.GetEndpoint()?.Metadata.GetMetadata<ForBrowsers>() is null ? DataPolicy : PagePolicy;
        if (headers.Vary.Count == 0) headers.Vary = HeaderNames.Origin;
        if (http.Request.Headers.Origin.Count == 0) return Task.CompletedTask;

        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = Exposed;
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Debug, "a store that the request needs is away")]
    private static partial void StoreAway(ILogger log, string cause);
}

/// <summary>An endpoint that no rule limits, so that whether its caller is blocked has to be asked for itself.</summary>
internal sealed class Unlimited;

/// <summary>An endpoint whose answer a browser shows or runs.</summary>
internal sealed class ForBrowsers;
