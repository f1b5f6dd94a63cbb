using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Outpost.Platform.Configuration;

namespace Outpost.Aicq.Limits;

/// <summary>Somebody by their address. A network of IPv6 (/64) is one caller, because one machine has all its addresses.</summary>
internal sealed class Caller(string key, bool whitelisted, bool loopback)
{
    private long _blockSeenAt;
    private long _unverifiedUntil;
    private int _streams;
    private bool _blocked;

    /// <summary>As it stands in Redis keys: <c>203.0.113.9</c>, <c>2001:db8:1:2::</c>.</summary>
    public string Key { get; } = key;

    /// <summary>Is neither limited nor ever blocked.</summary>
    public bool Whitelisted { get; } = whitelisted;

    public bool Loopback { get; } = loopback;

    /// <summary>Until when no signature of theirs is looked at, in Unix milliseconds.</summary>
    public long UnverifiedUntil
    {
        get => Volatile.Read(ref _unverifiedUntil);
        set => Volatile.Write(ref _unverifiedUntil, value);
    }

    /// <summary>Opens a live stream, unless they have that many; <see cref="CloseStream"/> when it ends.</summary>
    public bool TryOpenStream(int most)
    {
        if (Interlocked.Increment(ref _streams) <= most || Whitelisted) return true;

        Interlocked.Decrement(ref _streams);
        return false;
    }

    public void CloseStream() => Interlocked.Decrement(ref _streams);

    /// <summary>Whether they were blocked when that was last looked at; null when that is longer ago than <paramref name="freshness"/>.</summary>
    public bool? Blocked(long now, long freshness) => Volatile.Read(ref _blockSeenAt) is > 0 and var seen && now - seen < freshness ? Volatile.Read(ref _blocked) : null;

    public void Saw(bool blocked, long now)
    {
        Volatile.Write(ref _blocked, blocked);
        Volatile.Write(ref _blockSeenAt, now);
    }
}

/// <summary>Knows callers again. What is remembered is bounded; who is forgotten is looked up again.</summary>
internal sealed partial class Callers
{
    private const int MostRemembered = 20_000;

    private readonly ConcurrentDictionary<IPAddress, Caller> _known = new();
    private readonly IPNetwork[] _whitelist;

    public Callers(Settings settings, ILogger<Callers> log)
    {
        var networks = new List<IPNetwork>();
        var addresses = 0;
        foreach (var entry in (settings["RATE_LIMIT_WHITELIST"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(entry, out var address))
            {
                networks.Add(new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
                addresses++;
            }
            else if (IPNetwork.TryParse(entry, out var network))
            {
                networks.Add(network);
            }
            else
            {
                NotUnderstood(log, networks.Count + 1);
            }
        }

        _whitelist = [.. networks];
        if (_whitelist.Length > 0) Whitelisted(log, addresses, _whitelist.Length - addresses);
    }

    public Caller Of(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (_known.TryGetValue(address, out var known)) return known;

        if (_known.Count >= MostRemembered) _known.Clear();
        return _known.GetOrAdd(address, Make);
    }

    private Caller Make(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return new(Key(plain), _whitelist.Any(network => network.Contains(plain)), IPAddress.IsLoopback(plain));
    }

    private static string Key(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return address.ToString();

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }

    [LoggerMessage(LogLevel.Information, "rate limit whitelist configured")]
    private static partial void Whitelisted(ILogger log, int ips, int cidrs);

    [LoggerMessage(LogLevel.Warning, "an entry of RATE_LIMIT_WHITELIST is neither an address nor a network and is ignored")]
    private static partial void NotUnderstood(ILogger log, int entry);
}
