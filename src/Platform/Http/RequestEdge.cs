using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Http;

/// <summary>
/// The outermost step of every request: who calls, which trace, the headers of every answer, the count, the time and the one line in the log.
/// Nothing a request does gets past it unanswered.
/// </summary>
internal sealed partial class RequestEdge(
    RequestDelegate next, ServiceProfile profile, HttpLimits limits, ForwardedCaller caller, HttpMetrics metrics, ErrorAnswers answers, ILogger<RequestEdge> log)
{
    private const int LongestPath = 512;

    private readonly Func<object, Task> _headers = state => WriteHeaders((HttpContext)state, profile.Security);

    private readonly ConcurrentDictionary<string, string> _pages = new(StringComparer.Ordinal);

    public async Task InvokeAsync(HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        caller.Apply(http);
        var activity = Activity.Current;
        var trace = (activity is null && TraceIds.TryRead(http.Request.Headers, out var sent) ? sent : TraceContext.New()).ToString();
        http.TraceIdentifier = trace;
        TraceContext.Enter(trace);
        http.Response.OnStarting(_headers, http);

        // Middleware may rewrite the path; the log tells what was asked for.
        var path = http.Request.Path;
        metrics.Begin();
        try
        {
            if (limits.HeadersFit(http.Request.Headers)) await next(http);
            else await answers.WriteAsync(http, StatusCodes.Status431RequestHeaderFieldsTooLarge);

            if (IsBare(http.Response)) await answers.WriteAsync(http, http.Response.StatusCode);
        }
        catch (Exception broken)
        {
            // The end of the line for a request: either the answer was already under way, or even the error could not be written.
            await GiveUpAsync(http, broken);
        }
        finally
        {
            Finish(http, activity, path, Stopwatch.GetElapsedTime(started));
        }
    }

    private void Finish(HttpContext http, Activity? activity, PathString path, TimeSpan took)
    {
        // After an exception the framework has forgotten where the request went, except for this note.
        var endpoint = http.GetEndpoint() ?? http.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var route = Template(endpoint);
        var method = HttpMetrics.Known(http.Request.Method);
        var status = http.Response.StatusCode;
        metrics.End(method, profile.MetricPath?.Invoke(route) ?? route, status, took);
        var quiet = endpoint?.Metadata.GetMetadata<QuietRoute>() is not null;
        if (activity is not null) Describe(activity, quiet, method, route, status);

        var level = quiet || status == StatusCodes.Status499ClientClosedRequest ? LogLevel.Debug : LogLevel.Information;
        if (!log.IsEnabled(level)) return;

        var shown = endpoint?.Metadata.GetMetadata<SecretPath>() is null ? Shortened(path.Value) : route;
        if (!TraceIds.TryReadForeign(http.Request.Headers, out var requestId)) requestId = profile.Log.RequestIdAlways ? http.TraceIdentifier : null;
        log.Log(level, default, new RequestLine(profile.Log, method, shown, route, status, took, requestId), null, static (_, _) => "request completed");
    }

    // Whoever asks for what is not there must not decide how long the log is.
    private static string? Shortened(string? path) => path is { Length: > LongestPath } ? path[..LongestPath] + "…" : path;

    // Pages leave out the first slash that routes are written with.
    private string Template(Endpoint? endpoint) => (endpoint as RouteEndpoint)?.RoutePattern.RawText switch
    {
        null => HttpMetrics.UnknownRoute,
        ['/', ..] rooted => rooted,
        var page => _pages.GetOrAdd(page, static text => $"/{text}"),
    };

    private async Task GiveUpAsync(HttpContext http, Exception broken)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            Left(log, broken);
            return;
        }

        Broke(log, broken);
        if (http.Response.HasStarted)
        {
            // The caller has half an answer; a cut connection is the only way left to say that it is not whole.
            http.Abort();
            return;
        }

        http.Response.Clear();
        await answers.WriteAsync(http, StatusCodes.Status500InternalServerError);
    }

    private static void Describe(Activity activity, bool quiet, string method, string route, int status)
    {
        if (quiet)
        {
            // Nobody looks for the spans of a health probe.
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            activity.IsAllDataRequested = false;
            return;
        }

        activity.DisplayName = $"{method} {route}";
        activity.SetTag("http.request.method", method);
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", status);
        if (status >= 500) activity.SetStatus(ActivityStatusCode.Error);
    }

    private static bool IsBare(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400 and not StatusCodes.Status499ClientClosedRequest, ContentLength: null } && string.IsNullOrEmpty(response.ContentType);

    private static Task WriteHeaders(HttpContext http, SecurityHeaders security)
    {
        http.Response.Headers[TraceIds.Header] = http.TraceIdentifier;
        security.Write(http);
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Error, "the request ended without a whole answer")]
    private static partial void Broke(ILogger log, Exception broken);

    [LoggerMessage(LogLevel.Debug, "the caller left before the answer was whole")]
    private static partial void Left(ILogger log, Exception broken);
}
