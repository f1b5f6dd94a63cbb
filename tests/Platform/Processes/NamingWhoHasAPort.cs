using System.Net;
using System.Net.Sockets;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Tests.Processes;

public sealed class NamingWhoHasAPort
{
    private const string Table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
           1: 0100007F:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 0
           2: 0100007F:0BB8 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 20 4 30 10 -1
        """;

    [Fact]
    public void Only_a_socket_that_listens_there_counts() => Assert.Equal(["socket:[4711]"], PortOwner.Sockets(Table, 3000));

    [Fact]
    public void The_process_and_its_command_are_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var owner = PortOwner.Of(port);

        Assert.Equal(Environment.ProcessId, owner!.Pid);
        Assert.Contains("Outpost.Platform.Tests", owner.Command, StringComparison.Ordinal);
        listener.Stop();
        Assert.Null(PortOwner.Of(port));
    }

    [Fact]
    public void A_process_that_cannot_be_seen_is_said_to_be_so() =>
        Assert.Contains("sudo ss", new PortOwner(3000, null, null).ToString(), StringComparison.Ordinal);
}
