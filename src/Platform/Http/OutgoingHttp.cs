using System.Net.Sockets;

namespace Outpost.Platform.Http;

/// <summary>
/// What every call to another server goes through. Who closes in the moment of the connect is told of like everybody who cannot be reached: the platform asks a
/// socket for its other end where nothing catches the answer that there is none any more, and the caller would get a bare <see cref="SocketException"/>.
/// </summary>
public sealed class OutgoingHttp(SocketsHttpHandler sockets) : DelegatingHandler(sockets)
{
    /// <summary>A client that fails with <see cref="HttpRequestException"/> whenever the other side cannot be reached.</summary>
    /// <param name="timeout">For the whole answer.</param>
    /// <param name="sockets">How it connects; by default as the platform does.</param>
    public static HttpClient Client(TimeSpan timeout, SocketsHttpHandler? sockets = null) => new(new OutgoingHttp(sockets ?? new())) { Timeout = timeout };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (SocketException lost)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, lost.Message, lost);
        }
    }
}
