using System.Net;
using System.Net.Sockets;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Runtimes;

/// <summary>Sees before anything is started that every role can listen where it is to.</summary>
public static class Ports
{
    /// <exception cref="TroubleException">A port is taken or not allowed; the message names who has it and what to set.</exception>
    public static void Check(IReadOnlyList<Role> roles, Settings settings)
    {
        var taken = new Dictionary<int, Role>();
        foreach (var role in roles)
        {
            if (role.Address?.Invoke(settings) is not { } address) continue;

            if (taken.TryGetValue(address.Port, out var other))
            {
                throw new TroubleException(TroubleKind.Refused, $"{role.Name} and {other.Name} are both to listen on port {address.Port}", $"set {Setting(role)} to another port: {Setting(role)}={address.Port + 1} outpost up");
            }

            taken[address.Port] = role;
            if (Refusal(role, address) is { } refusal) throw refusal;
        }
    }

    /// <summary>Where a client on this machine reaches it: an address that means «everywhere» is no place to go to.</summary>
    public static Uri Reachable(Uri address) => address.Host is "0.0.0.0" or "[::]" or "*" or "+" ? new UriBuilder(address) { Host = "localhost" }.Uri : address;

    private static TroubleException? Refusal(Role role, Uri address)
    {
        var host = IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? ip : address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
        try
        {
            using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(host, address.Port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            var owner = PortOwner.Of(address.Port)?.ToString() ?? $"port {address.Port} is in use";
            return new(TroubleKind.Refused, $"{owner}; {role.Name} cannot listen there", $"end that process, or choose another port: {Setting(role)}={address.Port + 1} outpost up", inner: e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            return new(TroubleKind.Refused, $"only root may listen on port {address.Port}", $"choose a port above 1023: {Setting(role)}=3000 outpost up", inner: e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return new(TroubleKind.Refused, $"{address.Host} is no address of this machine; {role.Name} cannot listen there", "see which it has: ip -brief address", inner: e);
        }
    }

    /// <summary>The key that says where a role listens.</summary>
    public static string Setting(Role role) => role.Name.ToUpperInvariant() + "_PORT";
}
