using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Outpost.Kernel;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Checkout;

/// <summary>Stripe's hosted page, or another provider that speaks as it does.</summary>
internal sealed partial class StripeCheckout(CheckoutSettings settings, ILogger<StripeCheckout> log) : IPaymentProvider, IDisposable
{
    private const int Attempts = 2;
    private readonly HttpClient _http = OutgoingHttp.Client(TimeSpan.FromSeconds(20), new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });

    public bool IsOn => settings.IsOn;

    public async Task<ProviderSession> OpenAsync(ProviderOrder order, CancellationToken ct)
    {
        var key = order.Key.ToString();
        var fields = new Dictionary<string, string>
        {
            ["mode"] = "payment",
            ["client_reference_id"] = key,
            ["line_items[0][quantity]"] = "1",
            ["line_items[0][price_data][currency]"] = order.Currency.ToLowerInvariant(),
            ["line_items[0][price_data][unit_amount]"] = order.Amount.Cents.ToString(CultureInfo.InvariantCulture),
            ["line_items[0][price_data][product_data][name]"] = order.What,
            ["metadata[checkout]"] = key,
            ["payment_intent_data[metadata][checkout]"] = key,
            ["payment_intent_data[description]"] = order.What,
            ["success_url"] = order.Success.AbsoluteUri,
            ["cancel_url"] = order.Cancel.AbsoluteUri,
            ["expires_at"] = order.Expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        if (order.Email is { } email) fields["customer_email"] = email;

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OpenAsync(key, fields, ct);
            }
            catch (Exception lost) when (lost is HttpRequestException || (lost is TaskCanceledException && !ct.IsCancellationRequested))
            {
                // It may have arrived; with the same key it is the same session.
                if (attempt < Attempts) continue;

                NotReached(log, lost);
                throw CheckoutRules.ProviderIsAway();
            }
        }
    }

    public ProviderMessage? Read(string signature, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (!StripeSignature.IsValid(signature, body.Span, settings.WebhookSecrets, now)) throw CheckoutRules.NotSigned();

        try
        {
            using var json = JsonDocument.Parse(body);
            var (type, about) = (json.RootElement.GetProperty("type").GetString(), json.RootElement.GetProperty("data").GetProperty("object"));
            var at = DateTimeOffset.FromUnixTimeSeconds(json.RootElement.GetProperty("created").GetInt64());
            return type switch
            {
                "checkout.session.completed" or "checkout.session.async_payment_succeeded" => about.GetProperty("payment_status").GetString() is "paid"
                    ? new ProviderMessage.Paid(Text(about, "id")!, Guid.TryParse(Text(about, "client_reference_id"), out var key) ? key : null, new(about.GetProperty("amount_total").GetInt64()), Text(about, "currency")!, Text(about, "payment_intent"), at)
                    : null,
                "checkout.session.expired" => new ProviderMessage.Expired(Text(about, "id")!),
                "charge.refunded" when Text(about, "payment_intent") is { } intent => new ProviderMessage.Refunded(
                    intent, new(about.GetProperty("amount_refunded").GetInt64()), Text(about, "currency")!,
                    about.TryGetProperty("metadata", out var metadata) && Guid.TryParse(Text(metadata, "checkout"), out var ours) ? ours : null, at),
                _ => null,
            };
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw CheckoutRules.NotUnderstood();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProviderSession> OpenAsync(string key, Dictionary<string, string> fields, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Api, "v1/checkout/sessions")) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.SecretKey);
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await _http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        if ((int)answer.StatusCode >= 500) throw new HttpRequestException("The payment provider is in trouble.", null, answer.StatusCode);

        try
        {
            using var json = JsonDocument.Parse(text);
            if (answer.IsSuccessStatusCode && Text(json.RootElement, "id") is { } id && Uri.TryCreate(Text(json.RootElement, "url"), UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return new(id, url);

            var code = json.RootElement.TryGetProperty("error", out var error) ? Text(error, "code") ?? Text(error, "type") : null;
            Refused(log, (int)answer.StatusCode, code);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            Refused(log, (int)answer.StatusCode, "no JSON");
        }

        throw CheckoutRules.ProviderIsAway();
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(LogLevel.Error, "The payment provider refused a session: {Status} {Code}")]
    private static partial void Refused(ILogger log, int status, string? code);

    [LoggerMessage(LogLevel.Error, "The payment provider could not be reached")]
    private static partial void NotReached(ILogger log, Exception cause);
}
