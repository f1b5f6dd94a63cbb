using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Http;

/// <summary>How much of everything one host takes, from the settings.</summary>
internal sealed record HttpLimits(long Body, int Headers, int Connections, TimeSpan KeepAlive, TimeSpan HeaderTime, TimeSpan Drain, TimeSpan DrainNotice)
{
    /// <exception cref="SettingsException">A limit is out of its range.</exception>
    public static HttpLimits Of(ServiceProfile profile, Settings settings) => new(
        profile.BodyLimit,
        settings.Whole("HTTP_HEADER_BYTES", 16 * 1024, 1024, 1024 * 1024),
        settings.Whole("HTTP_CONNECTIONS", 2_000, 1, 100_000),
        TimeSpan.FromSeconds(settings.Whole("HTTP_KEEP_ALIVE_SECONDS", 75, 1, 3_600)),
        TimeSpan.FromSeconds(settings.Whole("HTTP_HEADER_SECONDS", 15, 1, 600)),
        TimeSpan.FromSeconds(settings.Whole("DRAIN_SECONDS", 20, 0, 3_600)),
        TimeSpan.FromSeconds(settings.Whole("DRAIN_NOTICE_SECONDS", 0, 0, 600)));

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxRequestBodySize = Body;
        kestrel.Limits.MaxRequestHeaderCount = 100;
        // Kestrel refuses with an empty answer; so it is given room for the edge to refuse first, in the service's own shape.
        kestrel.Limits.MaxRequestHeadersTotalSize = 4 * Headers;
        kestrel.Limits.MaxRequestLineSize = Math.Max(8 * 1024, Headers);
        kestrel.Limits.MaxRequestBufferSize = Math.Max(1 << 20, 5 * Headers);
        kestrel.Limits.MaxConcurrentConnections = Connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = Connections;
        kestrel.Limits.KeepAliveTimeout = KeepAlive;
        kestrel.Limits.RequestHeadersTimeout = HeaderTime;
        kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
    }

    public bool HeadersFit(IHeaderDictionary headers)
    {
        var length = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values) length += name.Length + (value?.Length ?? 0) + 4;
        }

        return length <= Headers;
    }
}
