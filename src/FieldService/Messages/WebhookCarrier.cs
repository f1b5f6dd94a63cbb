using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Outpost.FieldService.Web;
using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Messages;

/// <summary>Where the gateway for a channel listens, and the secret by which it knows us.</summary>
internal sealed record Gateway(Uri Url, byte[] Secret);

/// <summary>The operator's gateways for text messages and chat.</summary>
/// <param name="AllowPrivate">Whether one may be in a private network; a gateway on the same machine or beside it.</param>
internal sealed record GatewaySettings(Gateway? Sms, Gateway? Chat, bool AllowPrivate)
{
    private const string Prefix = "whsec_";

    /// <exception cref="SettingsException">What is set cannot be used.</exception>
    public static GatewaySettings Of(Settings settings) => new(One(settings, "SMS"), One(settings, "CHAT"), string.Equals(settings["GATEWAYS_MAY_BE_PRIVATE"], "true", StringComparison.OrdinalIgnoreCase));

    private static Gateway? One(Settings settings, string channel)
    {
        if (settings[$"{channel}_WEBHOOK_URL"] is not { } url) return null;

        var key = $"{channel}_WEBHOOK_SECRET";
        var fix = $"set it to {Prefix} followed by what this prints: openssl rand -base64 32";
        var secret = settings.Required(key, fix);
        var bytes = new byte[secret.Length];
        return secret.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) && length is >= 24 and <= 64
            ? new(Uri.TryCreate(url, UriKind.Absolute, out var to) && to.Scheme is "http" or "https" ? to : throw new SettingsException(new SettingsProblem($"{channel}_WEBHOOK_URL", "is no HTTP address", "write it as https://gateway.example.com/sms")), bytes[..length])
            : throw new SettingsException(new SettingsProblem(key, "is no secret of 24 to 64 bytes in base64 behind whsec_", fix));
    }
}

/// <summary>
/// Text messages and chat, as a signed JSON POST by the Standard Webhooks scheme. A retry carries the same <c>webhook-id</c>, by which the gateway knows that it
/// has the message already.
/// </summary>
internal sealed class WebhookCarrier : ICarrier, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly GatewaySettings _settings;
    private readonly HttpClient _http;

    public WebhookCarrier(GatewaySettings settings)
    {
        _settings = settings;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = ConnectAsync,
        }) { Timeout = Patience, MaxResponseContentBufferSize = 64 * 1024 };
    }

    public bool Carries(Channel channel) => channel is Channel.Sms or Channel.Chat;

    public async Task<Delivery> SendAsync(Letter letter, HandOver handOver, CancellationToken ct)
    {
        if ((letter.Channel is Channel.Sms ? _settings.Sms : _settings.Chat) is not { } gateway) return new Delivery.NoWay(Obstacles.NotConfigured);

        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = letter.Channel is Channel.Sms ? "message.sms" : "message.chat",
            timestamp = letter.Now,
            data = new { id = letter.Id.Value, rule = letter.Rule, to = letter.To, text = letter.Content.BodyText, from = letter.SenderName, opt_out_url = letter.OptOutUrl?.AbsoluteUri },
        }, WireJson.Options);
        var (id, at) = ($"msg_{letter.Id.Value:n}", letter.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        using var request = new HttpRequestMessage(HttpMethod.Post, gateway.Url) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", at);
        request.Headers.Add("webhook-signature", Sign(gateway.Secret, id, at, body));

        if (!await handOver(ct)) return new Delivery.NotYet("Somebody else sends it.");

        try
        {
            using var answer = await _http.SendAsync(request, ct);
            var status = (int)answer.StatusCode;
            return status switch
            {
                >= 200 and < 300 => new Delivery.Acknowledged($"{status}"),
                408 or 409 or 425 or 429 or >= 500 => new Delivery.NotYet($"the gateway answered {status}"),
                _ => new Delivery.Refused($"the gateway answered {status}"),
            };
        }
        catch (HttpRequestException lost)
        {
            return new Delivery.NotYet(lost.InnerException?.Message ?? lost.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Not acknowledged, and the gateway knows the id when it comes again.
            return new Delivery.NotYet($"the gateway did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();

    internal static string Sign(byte[] secret, string id, string at, ReadOnlySpan<byte> body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{at}."), .. body]))}";

    // Looked at where the connection is made, so that no name can lead elsewhere than where it was checked.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
        var open = addresses.Where(address => _settings.AllowPrivate || IsPublic(address)).ToArray();
        if (open.Length == 0) throw new HttpRequestException("The gateway is in a private network, which GATEWAYS_MAY_BE_PRIVATE would allow.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain)) return false;
        if (plain.AddressFamily is AddressFamily.InterNetworkV6) return !(plain.IsIPv6LinkLocal || plain.IsIPv6SiteLocal || plain.IsIPv6UniqueLocal || plain.IsIPv6Multicast || plain.Equals(IPAddress.IPv6None) || Embedded(plain));

        var bytes = plain.GetAddressBytes();
        return bytes[0] is not (0 or 10 or 127 or >= 224)
            && !(bytes[0] == 100 && bytes[1] is >= 64 and < 128) && !(bytes[0] == 169 && bytes[1] == 254) && !(bytes[0] == 172 && bytes[1] is >= 16 and < 32)
            && !(bytes[0] == 192 && (bytes[1] == 168 || (bytes[1] == 0 && bytes[2] is 0 or 2))) && !(bytes[0] == 198 && bytes[1] is 18 or 19);
    }

    // Addresses that carry an IPv4 address inside are judged by neither; none of them is where a gateway lives.
    private static bool Embedded(IPAddress address) => address.IsIPv6Teredo || address.ToString() is var text && (text.StartsWith("64:ff9b:", StringComparison.Ordinal) || text.StartsWith("2002:", StringComparison.Ordinal));
}
