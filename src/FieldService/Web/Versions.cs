using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>Something that is changed by several people: each change raises its version by one.</summary>
public interface IVersioned
{
    int Version { get; }
}

/// <summary>Reads the version of a row and keeps the row locked until the commit, so that nobody changes it between; null when the caller finds no such row. It locks first what the use behind it locks first.</summary>
internal delegate Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct);

/// <summary>The same for what is named by a word and not by an id.</summary>
internal delegate Task<int?> LockNamedVersion(Db db, CurrentUser user, string name, CancellationToken ct);

/// <summary>
/// Keeps two people from undoing each other's work. What is read carries its version as <c>ETag</c>; a change that names one in <c>If-Match</c> is made only
/// while it is still that version. Without <c>If-Match</c> a change is made as ever.
/// </summary>
internal static class Versions
{
    /// <summary>For a route that reads or makes one thing.</summary>
    public static RouteHandlerBuilder WithVersion(this RouteHandlerBuilder route) => route.AddEndpointFilter(async (call, next) => Marked(await next(call), call.HttpContext));

    /// <summary>For a route <c>…/{id}</c> that changes one thing.</summary>
    /// <param name="version">Locks the thing that the path names.</param>
    public static RouteHandlerBuilder Versioned(this RouteHandlerBuilder route, LockVersion version) => route.Versioned("id", async (db, user, name, ct) =>
    {
        // The company itself is named by who calls and not by the path.
        var id = user.Account.Value;
        return name.Length > 0 && !Guid.TryParse(name, out id) ? null : await version(db, user, id, ct);
    });

    /// <summary>For a route that changes one thing and names it by a word.</summary>
    /// <param name="named">The part of the path that does.</param>
    /// <param name="version">Locks it.</param>
    public static RouteHandlerBuilder Versioned(this RouteHandlerBuilder route, string named, LockNamedVersion version) => route.WithMetadata(new VersionedAttribute()).AddEndpointFilter(async (call, next) =>
    {
        var http = call.HttpContext;
        if (http.Request.Headers.IfMatch is { Count: > 0 } given && given.ToString() is not "*") await SeeThatItIsStill(http, given.ToString(), named, version);
        return Marked(await next(call), http);
    });

    private static async Task SeeThatItIsStill(HttpContext http, string given, string named, LockNamedVersion version)
    {
        var caller = http.Features.Get<CurrentUser>()!;
        var now = await version(http.RequestServices.GetRequiredService<Db>(), caller, http.GetRouteValue(named) as string ?? "", http.RequestAborted);
        // What is not there is for the use to say, in its own words.
        // A request that is sent again after it was answered finds the version that it has made itself.
        if (now is { } current && !given.Split(',', StringSplitOptions.TrimEntries).Contains(Tag(current))
            && !await Idempotency.IsAnsweredAsync(http, caller, http.RequestServices.GetRequiredService<Db>(), http.RequestAborted))
        {
            throw new RuleException("STALE_VERSION", $"It was changed meanwhile and is at version {current} now. Read it again and repeat the change if it is still wanted.");
        }
    }

    private static object? Marked(object? result, HttpContext http)
    {
        if (result is not IValueHttpResult { Value: IOne { Data: IVersioned { Version: var version } } }) return result;

        var tag = Tag(version);
        http.Response.Headers.ETag = tag;
        return HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.IfNoneMatch.ToString() == tag ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : result;
    }

    private static string Tag(int version) => $"\"v{version}\"";
}

/// <summary>Marks a route that takes <c>If-Match</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VersionedAttribute : Attribute;
