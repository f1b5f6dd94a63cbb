using System.Globalization;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.RateLimits;

namespace Outpost.Platform.Http;

/// <summary>How a limit's state is told to the caller.</summary>
public static class RateLimitHeaders
{
    public const string Limit = "X-RateLimit-Limit";
    public const string Remaining = "X-RateLimit-Remaining";
    public const string Reset = "X-RateLimit-Reset";

    /// <summary>Limit, what remains, and when it is whole again in Unix seconds; with <c>Retry-After</c> when the call was refused.</summary>
    public static void Write(this Allowance allowance, HttpResponse response)
    {
        response.Headers[Limit] = allowance.Limit.ToString(CultureInfo.InvariantCulture);
        response.Headers[Remaining] = allowance.Remaining.ToString(CultureInfo.InvariantCulture);
        response.Headers[Reset] = allowance.ResetsAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        if (!allowance.Granted) response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(allowance.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
