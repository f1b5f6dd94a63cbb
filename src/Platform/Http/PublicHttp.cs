using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Http;

/// <summary>
/// Calls URLs that somebody else has typed. A name is resolved once and the connection goes to the very address that was checked, so that a name which
/// answers differently a moment later gains nothing; no redirect is followed, no proxy asked, no cookie kept, nothing decompressed.
/// </summary>
public static class PublicHttp
{
    /// <summary>The setting that opens plain http and private addresses.</summary>
    public const string AllowPrivate = "ALLOW_PRIVATE_TARGETS";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public static bool AllowsPrivate(Settings settings) => string.Equals(settings[AllowPrivate], "true", StringComparison.OrdinalIgnoreCase);

    /// <param name="allowPrivate">Also http and addresses inside the operator's network: for development, and for receivers on the same network.</param>
    /// <param name="timeout">For the whole answer.</param>
    /// <param name="resolve">How names become addresses; null asks the system.</param>
    /// <returns>A client whose calls fail with a <see cref="HttpRequestException"/> around a <see cref="NotPublicException"/> where they may not go.</returns>
    public static HttpClient Create(bool allowPrivate, TimeSpan timeout, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        resolve ??= Dns.GetHostAddressesAsync;
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            // A stranger need not know the ids by which this service's own requests are traced.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            ConnectTimeout = timeout < ConnectTimeout ? timeout : ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            MaxConnectionsPerServer = 4,
            ConnectCallback = (call, ct) => ConnectAsync(call.DnsEndPoint, allowPrivate, resolve, ct),
        };
        return new(new Guard(new OutgoingHttp(sockets), allowPrivate)) { Timeout = timeout };
    }

    /// <summary>Why a URL cannot be called, as the end of a sentence that begins with it; null when it can, as far as can be seen without resolving its name.</summary>
    public static string? WhyNot(string text, bool allowPrivate) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var url) || text.Any(char.IsControl) ? "is no URL" : WhyNot(url, allowPrivate);

    /// <summary>The beginning of an answer as text. The rest is not fetched.</summary>
    public static async Task<string> ReadAtMostAsync(HttpResponseMessage answer, int bytes, CancellationToken ct)
    {
        var kept = new byte[bytes];
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var length = await body.ReadAtLeastAsync(kept, bytes, throwOnEndOfStream: false, ct);
        // PostgreSQL cannot hold the NUL character, and nothing in a log has a use for one.
        return Encoding.UTF8.GetString(kept, 0, length).Replace('\0', '\uFFFD');
    }

    private static string? WhyNot(Uri url, bool allowPrivate)
    {
        if (url.Scheme != Uri.UriSchemeHttps && !(allowPrivate && url.Scheme == Uri.UriSchemeHttp)) return "must begin with https://";
        if (url.UserInfo.Length > 0) return "must not hold a user name or password";
        if (url.Host.Length == 0) return "names no host";
        // A host of digits only is an address to a resolver, and Uri has already spelled it out: 0x7f.1 is 127.0.0.1 here.
        return !allowPrivate && IPAddress.TryParse(url.DnsSafeHost, out var address) && !PublicAddresses.Contain(address) ? "leads to an address that is not public" : null;
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken ct)
    {
        var host = target.Host.Trim('[', ']');
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, ct);
        var open = allowPrivate ? found : Array.FindAll(found, PublicAddresses.Contain);
        if (open.Length == 0) throw new NotPublicException(found.Length == 0 ? "The name leads to no address." : "The name leads to an address that is not public.");

        for (var i = 0; ; i++)
        {
            var socket = new Socket(open[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(open[i], target.Port), ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i + 1 < open.Length)
            {
                socket.Dispose(); // the next address of the name may answer
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private sealed class Guard(HttpMessageHandler inner, bool allowPrivate) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (WhyNot(request.RequestUri!, allowPrivate) is { } why)
            {
                var refusal = new NotPublicException($"The URL {why}.");
                throw new HttpRequestException(refusal.Message, refusal);
            }

            if (request.Headers.UserAgent.Count == 0) request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Outpost", null));
            return base.SendAsync(request, cancellationToken);
        }
    }
}

/// <summary>A call was not made, because it would not have gone to a public address over https.</summary>
public sealed class NotPublicException(string message) : Exception(message);
