using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Outpost.FieldService.Tests.Checkout;

/// <summary>The payment provider as its documentation describes it, on a real Kestrel: sessions by form, idempotent by key, and events that it signs.</summary>
internal sealed class StripeOnTheWire : IAsyncDisposable
{
    public const string Key = "sk_test_51outpost", Secret = "whsec_outpost_of_the_tests";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Form, string Answer)> _byKey = new(StringComparer.Ordinal);
    private int _number;

    private StripeOnTheWire()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Orders { get; } = new();

    /// <summary>How many of the next requests are cut off after they were understood.</summary>
    public int Silent;

    public int? Says { get; set; }

    public string Url => _app.Urls.Single();

    public static async Task<StripeOnTheWire> StartAsync()
    {
        var stripe = new StripeOnTheWire();
        await stripe._app.StartAsync(FieldServiceUnderTest.Stop);
        return stripe;
    }

    public static string Event(string type, object about, DateTimeOffset at, string? id = null) => JsonSerializer.Serialize(new
    {
        id = id ?? $"evt_{Guid.NewGuid():N}", @object = "event", api_version = "2024-06-20", created = at.ToUnixTimeSeconds(), livemode = false, pending_webhooks = 1, type,
        data = new { @object = about },
    });

    public static object Session(string id, string checkout, long amount, string currency = "usd", string paymentStatus = "paid", string? intent = "pi_1") => new
    {
        id, @object = "checkout.session", amount_subtotal = amount, amount_total = amount, client_reference_id = checkout, currency, mode = "payment", payment_intent = intent, payment_status = paymentStatus,
        status = "complete", metadata = new { checkout },
    };

    public static object Charge(string intent, string checkout, long amount, long refunded, string currency = "usd") => new
    {
        id = "ch_1", @object = "charge", amount, amount_refunded = refunded, currency, payment_intent = intent, refunded = refunded == amount, metadata = new { checkout },
    };

    public static string Sign(string body, DateTimeOffset at, string secret = Secret)
    {
        var t = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(secret));
        return $"t={t},v1={Convert.ToHexStringLower(hmac.ComputeHash(Encoding.UTF8.GetBytes($"{t}.{body}")))},v0=00";
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext call)
    {
        var request = call.Request;
        if (request.Method != "POST" || request.Path != "/v1/checkout/sessions" || request.Headers.Authorization != $"Bearer {Key}" || Says is not null)
        {
            call.Response.StatusCode = Says ?? (request.Headers.Authorization == $"Bearer {Key}" ? 404 : 401);
            await call.Response.WriteAsync("""{"error":{"type":"invalid_request_error","message":"No."}}""");
            return;
        }

        var form = (await request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);
        var (key, text) = (request.Headers["Idempotency-Key"].ToString(), string.Join('&', form.OrderBy(field => field.Key, StringComparer.Ordinal)));
        var made = _byKey.GetOrAdd(key, _ =>
        {
            Orders.Enqueue(form);
            var id = $"cs_test_{Interlocked.Increment(ref _number)}";
            return (text, JsonSerializer.Serialize(new
            {
                id, @object = "checkout.session", url = $"{Url}/c/pay/{id}", amount_total = long.Parse(form["line_items[0][price_data][unit_amount]"], CultureInfo.InvariantCulture),
                currency = form["line_items[0][price_data][currency]"], client_reference_id = form["client_reference_id"], payment_status = "unpaid", status = "open", payment_intent = (string?)null,
            }));
        });
        if (Interlocked.Decrement(ref Silent) >= 0)
        {
            call.Abort();
            return;
        }

        call.Response.ContentType = "application/json";
        call.Response.StatusCode = made.Form == text ? 200 : 400;
        await call.Response.WriteAsync(made.Form == text ? made.Answer : """{"error":{"type":"idempotency_error","message":"Keys for idempotent requests can only be used with the same parameters."}}""");
    }
}
