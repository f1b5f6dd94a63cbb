using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Outpost.FieldService.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Messages;

/// <summary>Where the gateway for a channel listens, and the secret by which it knows us.</summary>
internal sealed record Gateway(Uri Url, byte[] Secret);

/// <summary>The operator's gateways for text messages and chat.</summary>
/// <param name="AllowPrivate">Whether one may be in a private network; a gateway on the same machine or beside it.</param>
internal sealed record GatewaySettings(Gateway? Sms, Gateway? Chat, bool AllowPrivate)
{
    private const string Prefix = "whsec_";

    /// <exception cref="SettingsException">What is set cannot be used.</exception>
    public static GatewaySettings Of(Settings settings) => new(One(settings, "SMS"), One(settings, "CHAT"), PublicHttp.AllowsPrivate(settings));

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
        // The operator typed this address, and yet a name may lead into the house.
        _http = PublicHttp.Create(settings.AllowPrivate, Patience);
        _http.MaxResponseContentBufferSize = 64 * 1024;
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
        request.Headers.Add("webhook-signature", WebhookSignature.Of(gateway.Secret, id, at, body));

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
}
