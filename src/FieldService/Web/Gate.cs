using Microsoft.AspNetCore.Authorization;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.ApiKeys;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>
/// Stands between routing and every endpoint. Knows the caller by the row of the session or of the API key and lets through only what the endpoint's
/// <see cref="Ability"/> allows; an endpoint that names neither an ability nor <c>AllowAnonymous</c> is closed.
/// </summary>
internal sealed partial class Gate(RequestDelegate next, SessionToken tokens, ApiKeyHolders keys, NpgsqlDataSource source, TimeProvider clock, ILogger<Gate> log)
{
    private const string DeadKey = "This API key does not work: it is unknown, revoked or past its end, its person has left, or it may not be used from this address.";

    private readonly ReadDb _nobody = new(source, null);

    private sealed record Holder(Guid AccountId, Guid UserId, string Email, string FullName, string Role, string AccountName, string TimeZone, string Currency);

    public async Task InvokeAsync(HttpContext http)
    {
        // What is no route is routing's own refusal, of a method or a content type: it does nothing but say so.
        if (http.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(http);
            return;
        }

        var bearer = Bearer(http.Request);

        // A form or script of another site must not act with this site's cookie: beside SameSite=Lax, browsers say where a request comes from.
        // Nobody can make a browser send a bearer token it does not know.
        if (bearer is null && IsUnsafe(http.Request.Method) && IsCrossSite(http.Request)) throw new RuleException("FORBIDDEN", "The request comes from another site.");

        if (endpoint.Metadata.GetMetadata<PublicFile>() is not null)
        {
            await next(http);
            return;
        }

        var user = await CallerAsync(http, bearer);
        if (user is not null) http.Features.Set(user);

        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            if (endpoint.Metadata.GetMetadata<RequiresAttribute>() is not { } required)
            {
                Unmarked(log, endpoint.DisplayName);
                throw new RuleException("FORBIDDEN", "Nobody may call this.");
            }

            if (user is null)
            {
                if (!AsksToSignIn(http)) throw new RuleException("UNAUTHORIZED", bearer is not null && ApiKeyText.IsMeant(bearer) ? DeadKey : "Sign in first.");
                return;
            }

            if (!user.May(required.Ability)) throw Refusal(user, required.Ability);
        }

        await next(http);
    }

    // Who sends a bearer token is who it says, or nobody: the cookie beside it is not looked at.
    private async ValueTask<CurrentUser?> CallerAsync(HttpContext http, string? bearer)
    {
        if (bearer is not null && ApiKeyText.IsMeant(bearer))
        {
            // Pages are for people.
            if (!http.Request.Path.StartsWithSegments("/api")) return null;
            return await keys.OfAsync(bearer, http.Connection.RemoteIpAddress, http.RequestAborted);
        }

        if (tokens.Read(bearer ?? SessionCookie.Read(http.Request), clock.GetUtcNow()) is not { } claims) return null;

        var holder = await _nobody.FirstAsync<Holder>($"select * from session_holder({claims.Sid}, {clock.GetUtcNow()})", http.RequestAborted);
        return holder is null ? null : new CurrentUser(
            new(holder.AccountId), new(holder.UserId), Words<UserRole>.Parse(holder.Role), holder.Email, holder.FullName,
            holder.AccountName, holder.TimeZone, holder.Currency, new(claims.Sid));
    }

    private static RuleException Refusal(CurrentUser user, Ability ability)
    {
        if (!user.Role.May(ability)) return new("FORBIDDEN", $"Only {string.Join(" and ", Abilities.Having(ability).Select(Words<UserRole>.Of))} may do this.");

        return new("FORBIDDEN", Scopes.For(ability) is { } scope
            ? $"This API key was not made for {scope}. Use one with that scope."
            : "No API key may do this. Sign in as a person.");
    }

    // The word is free in its case; other ways to sign in are for a proxy in front and say nothing here.
    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { Length: > 7 } given && given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? given[7..].Trim() : null;

    private static bool IsUnsafe(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    /// <summary>Leads a person to the sign-in page and back; false for a program, which gets an error instead of a page it cannot read.</summary>
    private static bool AsksToSignIn(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        if (request.Path.StartsWithSegments("/api")) return false;

        if (request.Headers.ContainsKey("HX-Request"))
        {
            // htmx would put the sign-in page into the middle of the one that is shown; this makes it leave that page.
            var shown = Uri.TryCreate(request.Headers["HX-Current-URL"], UriKind.Absolute, out var url) ? url.PathAndQuery : null;
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.Headers["HX-Redirect"] = ReturnPath.SignInFor(shown);
            response.ContentLength = 0;
            return true;
        }

        // Browsers say when a request is to become the page; a fetch of a script is not. Other clients say nothing.
        if (request.Headers["Sec-Fetch-Mode"].ToString() is not ("" or "navigate")) return false;

        if (IsUnsafe(request.Method)) response.SeeOther(ReturnPath.SignIn);
        else
        {
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = ReturnPath.SignInFor(request.Path.ToUriComponent() + request.QueryString.ToUriComponent());
        }

        return true;
    }

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
