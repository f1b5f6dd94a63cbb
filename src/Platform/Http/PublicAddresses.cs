using System.Net;
using System.Net.Sockets;

namespace Outpost.Platform.Http;

/// <summary>
/// Which addresses are somebody's on the open internet. Everything else may be a machine of the operator's own network, the cloud's metadata
/// among them, which a stranger's URL must not reach.
/// </summary>
public static class PublicAddresses
{
    private static readonly IPNetwork[] NotPublic4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), // shared by the customers of a carrier; one cloud has its metadata at 100.100.100.200
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("168.63.129.16/32"), // public by number, but the virtual host of one cloud
        IPNetwork.Parse("169.254.0.0/16"), // link-local, and the metadata of most clouds
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, with the broadcast address
    ];

    // Of IPv6 only this has been given out. Loopback, link-local, unique-local, multicast, IPv4-mapped and the NAT64 prefixes all lie outside.
    private static readonly IPNetwork Public6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotPublic6 =
    [
        IPNetwork.Parse("2001::/23"), // protocols' own, Teredo among them, which carries an IPv4 address
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("2002::/16"), // 6to4 carries an IPv4 address
        IPNetwork.Parse("3fff::/20"),
    ];

    public static bool Contain(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Array.Exists(NotPublic4, block => block.Contains(address)),
        // IPNetwork takes a mapped address for the IPv4 one within it and would find it in blocks where it is not.
        AddressFamily.InterNetworkV6 => !address.IsIPv4MappedToIPv6 && Public6.Contains(address) && !Array.Exists(NotPublic6, block => block.Contains(address)),
        _ => false,
    };
}
