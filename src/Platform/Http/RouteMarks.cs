using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;

namespace Outpost.Platform.Http;

/// <summary>What an endpoint says of itself to the edge of the host.</summary>
public static class RouteMarks
{
    /// <summary>Called by machines all day: logged at debug only, and no spans.</summary>
    public static T Quiet<T>(this T route) where T : IEndpointConventionBuilder => route.WithMetadata(new QuietRoute());

    /// <summary>The path itself lets its holder in, a portal link for one: the log shows the route instead.</summary>
    public static T WithSecretPath<T>(this T route) where T : IEndpointConventionBuilder => route.WithMetadata(new SecretPath());

    /// <summary>Takes bodies of up to this many bytes instead of the host's limit.</summary>
    public static T WithBodyLimit<T>(this T route, long bytes) where T : IEndpointConventionBuilder => route.WithMetadata(new RequestSizeLimitAttribute(bytes));
}

internal sealed class QuietRoute;

/// <summary>Marks a route or a page whose path itself lets its holder in: the log shows the route instead.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SecretPath : Attribute;
