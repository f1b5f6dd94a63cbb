using System.Net;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Http;

/// <summary>A list of addresses and CIDR blocks, <c>10.0.0.0/8, ::1</c>.</summary>
internal sealed class Networks(IReadOnlyList<IPNetwork> blocks)
{
    public static Networks Loopback { get; } = new([IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")]);

    public bool IsEmpty => blocks.Count == 0;

    /// <exception cref="SettingsException">An entry is neither an address nor a block.</exception>
    public static Networks Parse(Settings settings, string key, Networks otherwise) => settings[key] is { } list
        ? new([.. list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(entry => Block(entry) ?? throw new SettingsException(
            new SettingsProblem(key, $"holds '{entry}', which is no network", $"write {key} as addresses or CIDR blocks, such as 10.0.0.0/8,::1")))])
        : otherwise;

    public bool Contains(IPAddress? address)
    {
        if (address is null) return false;

        var plain = Plain(address);
        foreach (var block in blocks)
            if (block.Contains(plain)) return true;
        return false;
    }

    /// <summary>An IPv4 caller on a dual-stack socket is still an IPv4 caller.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork? Block(string entry)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? entry : entry.AsSpan(0, slash), out var address)) return null;

        var bytes = address.GetAddressBytes();
        var length = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(entry.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out length) || length > bytes.Length * 8)) return null;

        // 10.1.2.3/8 is what people write for 10.0.0.0/8.
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF00 >> kept & 0xFF);
        }

        return new(new IPAddress(bytes), length);
    }
}
