using System.Net;
using System.Net.Sockets;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

public sealed class CallingAnotherServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_closes_in_the_moment_of_the_connect_cannot_be_reached()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = OutgoingHttp.Client(Patience, new() { ConnectCallback = async (call, ct) => await ResetAsync(listener, ct) });

        var lost = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://{listener.LocalEndpoint}/"), Stop));

        Assert.Equal(HttpRequestError.ConnectionError, lost.HttpRequestError);
        // As the platform leaves it: were this to change, the handler could go.
        using var bare = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (call, ct) => await ResetAsync(listener, ct) });
        await Assert.ThrowsAsync<SocketException>(() => bare.GetAsync(new Uri($"http://{listener.LocalEndpoint}/"), Stop));
    }

    [Fact]
    public async Task One_where_nobody_listens_cannot_be_reached()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}/");
        listener.Stop();
        using var client = OutgoingHttp.Client(Patience);

        var lost = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address, Stop));

        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(lost.InnerException).SocketErrorCode);
    }

    // A connection that is there and gone again before anybody has used it.
    private static async Task<Stream> ResetAsync(TcpListener listener, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync((IPEndPoint)listener.LocalEndpoint, ct);
        using (var other = await listener.AcceptSocketAsync(ct)) other.LingerState = new(true, 0);
        while (!socket.Poll(TimeSpan.FromMilliseconds(10), SelectMode.SelectRead)) await Task.Yield();
        return new NetworkStream(socket, ownsSocket: true);
    }
}
