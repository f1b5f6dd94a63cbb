using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Outpost.Platform.Http;

/// <summary>What every answer tells browsers to refuse. An endpoint that has set one of these itself is left alone.</summary>
public sealed record SecurityHeaders
{
    /// <summary>No inline script or style, nothing from elsewhere, in nobody's frame.</summary>
    public StringValues ContentSecurityPolicy { get; init; } =
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    public StringValues PermissionsPolicy { get; init; } = "camera=(), microphone=(), geolocation=(), payment=()";

    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues Referrer = "strict-origin-when-cross-origin";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues OneYear = "max-age=31536000; includeSubDomains";
    private static readonly StringValues NoStore = "no-store";

    internal void Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.TryAdd("Content-Security-Policy", ContentSecurityPolicy);
        headers.TryAdd("X-Frame-Options", Deny);
        headers.TryAdd("X-Content-Type-Options", NoSniff);
        headers.TryAdd("Referrer-Policy", Referrer);
        headers.TryAdd("Permissions-Policy", PermissionsPolicy);
        headers.TryAdd("Cross-Origin-Opener-Policy", SameOrigin);
        if (http.Request.IsHttps) headers.TryAdd("Strict-Transport-Security", OneYear);

        // What has a validator is a file; everything else is somebody's data and belongs in no cache.
        if (headers.CacheControl.Count == 0 && headers.ETag.Count == 0 && headers.LastModified.Count == 0) headers.CacheControl = NoStore;
    }
}
