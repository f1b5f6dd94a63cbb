using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;

namespace Outpost.Platform.Redis;

/// <summary>How a <see cref="RedisClient"/> behaves; the defaults suit a server in the same network.</summary>
public sealed record RedisOptions
{
    /// <summary>How long it may take until a connection is made, encrypted and signed in.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A connection whose oldest command waits longer than this is given up.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>While a server has been silent for so long over a command that waits, further ones are refused instead of waiting behind it. Null: they wait.</summary>
    public TimeSpan? StallPatience { get; init; }

    /// <summary>How long a call waits for a connection that has just broken and is being made again. Nobody waits for a server that is known to be down.</summary>
    public TimeSpan ReconnectPatience { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>The longest pause between two attempts to connect. The first is 50 ms, each is twice the one before it, and all vary by a fifth.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A connection that was idle for so long is asked whether it still lives.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many calls one connection may have without an answer; more are refused at once.</summary>
    public int MaxPending { get; init; } = 32_768;

    /// <summary>How many bytes may wait to be sent on one connection; more are refused at once.</summary>
    public int MaxUnsentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// 2 or 3. They answer the same with other shapes: a map of protocol 3 is a flat list in 2, and scores are pairs instead of text. A server that does
    /// not know 3 is spoken to in 2.
    /// </summary>
    public int Protocol { get; init; } = 2;

    /// <summary>Seen in <c>CLIENT LIST</c>.</summary>
    public string ClientName { get; init; } = "outpost";

    /// <summary>Who may vouch for the server's certificate instead of the machine's own authorities.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>How many messages a subscriber may be behind before it loses the oldest and is told so.</summary>
    public int MaxUnreadMessages { get; init; } = 4096;

    /// <summary>Told how many seconds each call took.</summary>
    public Histogram<double>? Latency { get; init; }
}
