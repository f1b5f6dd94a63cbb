using System.Net;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Http;

/// <summary>
/// Finds the caller behind trusted proxies: of the addresses in <c>X-Forwarded-For</c>, the rightmost that is not a proxy of ours. Anyone can write that
/// header, so nobody else's is believed.
/// </summary>
/// <param name="own">
/// A header of the proxy's own with the caller's address alone, which it always sets itself, such as <c>Fly-Client-IP</c>: some platforms end the list with a public
/// address of theirs, which nobody can tell from a caller's. Null when there is none.
/// </param>
internal sealed class ForwardedCaller(Networks proxies, string? own = null)
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";

    /// <summary>After this <c>RemoteIpAddress</c> and <c>Scheme</c> are the caller's.</summary>
    public void Apply(HttpContext http)
    {
        if (proxies.IsEmpty || !proxies.Contains(http.Connection.RemoteIpAddress)) return;

        var headers = http.Request.Headers;
        if (own is not null && headers.TryGetValue(own, out var named) && named is [{ } only] && Address(only) is { } caller)
        {
            Believe(http, caller);
        }
        else if (headers.TryGetValue(For, out var chain))
        {
            var hops = chain.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            for (var i = hops.Length - 1; i >= 0 && proxies.Contains(http.Connection.RemoteIpAddress); i--)
            {
                // A hop that cannot be read ends the chain: what stands left of it was written by nobody we trust.
                if (Address(hops[i]) is not { } hop) break;

                Believe(http, hop);
            }
        }

        if (headers.TryGetValue(Proto, out var protocols) && protocols.ToString().Split(',', StringSplitOptions.TrimEntries)[^1] is ("http" or "https") and var scheme)
            http.Request.Scheme = scheme;
    }

    /// <summary>The request came through some proxy, trusted or not.</summary>
    public static bool WasForwarded(HttpRequest request) => request.Headers.ContainsKey(For) || request.Headers.ContainsKey("Forwarded");

    private static void Believe(HttpContext http, IPAddress caller)
    {
        http.Connection.RemoteIpAddress = caller;
        http.Connection.RemotePort = 0;
        http.Features.Set(BelievedCaller.Instance);
    }

    // 203.0.113.9, 203.0.113.9:4711, 2001:db8::1, [2001:db8::1]:4711
    private static IPAddress? Address(string hop)
    {
        if (IPAddress.TryParse(hop, out var bare)) return Networks.Plain(bare);

        return IPEndPoint.TryParse(hop, out var withPort) ? Networks.Plain(withPort.Address) : null;
    }
}
