using Microsoft.AspNetCore.Authorization;
using Outpost.Assistant.Keys;
using Outpost.Assistant.People;
using Outpost.Kernel;

namespace Outpost.Assistant.Web;

/// <summary>
/// Stands between routing and every endpoint: knows the caller by their key or their sign-in, lets through only what the endpoint's <see cref="Ability"/>
/// allows, and counts calls. An endpoint that names neither an ability nor <c>AllowAnonymous</c> is closed.
/// </summary>
internal sealed partial class Gate(RequestDelegate next, KeyRing keys, SignIns people, CallLimits limits, ILogger<Gate> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(http);
            return;
        }

        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            limits.Demand(http, endpoint, null);
            await next(http);
            return;
        }

        if (endpoint.Metadata.GetMetadata<RequiresAttribute>() is not { } required)
        {
            Unmarked(log, endpoint.DisplayName);
            throw new RuleException("FORBIDDEN", "Nobody may call this.");
        }

        var bearer = Bearer(http.Request);
        // A form or script of another site must not act with this site's cookie; nobody can make a browser send a bearer token it does not know.
        if (bearer is null && IsUnsafe(http.Request.Method) && IsCrossSite(http.Request)) throw new RuleException("FORBIDDEN", "The request comes from another site.");

        var caller = await CallerAsync(http, bearer) ?? throw new RuleException("UNAUTHORIZED", bearer is not null && ApiKeyText.IsMeant(bearer)
            ? "This API key does not work: it is unknown, revoked or past its end."
            : "Sign in, or send an API key as Authorization: Bearer.");
        if (!caller.May(required.Ability)) throw Refusal(caller, required.Ability);

        http.Features.Set(caller);
        limits.Demand(http, endpoint, caller);
        await next(http);
    }

    private ValueTask<Caller?> CallerAsync(HttpContext http, string? bearer) =>
        bearer is not null && ApiKeyText.IsMeant(bearer) ? keys.CallerAsync(bearer, http.RequestAborted) : people.CallerAsync(bearer ?? SignIns.Cookie(http.Request), http.RequestAborted);

    private static RuleException Refusal(Caller caller, Ability ability) => new("FORBIDDEN", caller.Key is null
        ? "Only an administrator may do this."
        : Rights.ScopeFor(ability) is { } scope ? $"This API key was not made for {scope}. Use one with that scope." : "No API key may do this. Sign in as a person.");

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { Length: > 7 } given && given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? given[7..].Trim() : null;

    private static bool IsUnsafe(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    // A client that is no browser sends neither header, and no cookie that somebody else could use.
    private static bool IsCrossSite(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" or "none" => false,
        "" => request.Headers.Origin.ToString() is { Length: > 0 } origin
              && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)),
        _ => true,
    };

    [LoggerMessage(LogLevel.Error, "The endpoint {Endpoint} names no ability and is closed")]
    private static partial void Unmarked(ILogger log, string? endpoint);
}
