using System.Net;
using System.Text.RegularExpressions;
using Outpost.FieldService.Checkout;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Tests.Payments;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Checkout;

public sealed partial class PayingOnline(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task The_button_leads_to_the_provider_and_its_word_pays_the_invoice_once()
    {
        await using var shop = await ShopAsync();
        var page = await shop.Client.GetStringAsync(shop.Path, Stop);
        Assert.Contains("Pay $100.00 now", page, StringComparison.Ordinal);

        var led = await shop.Client.ReadAsync($"{shop.Path}/pay");
        var again = await shop.Client.ReadAsync($"{shop.Path}/pay");

        Assert.Equal($"{shop.Stripe.Url}/c/pay/cs_test_1", led.Headers.Location!.AbsoluteUri);
        Assert.Equal(led.Headers.Location, again.Headers.Location);
        var order = Assert.Single(shop.Stripe.Orders);
        Assert.Equal(("payment", "10000", "usd", "Invoice INV-0001", "ada@example.com"), (order["mode"], order["line_items[0][price_data][unit_amount]"], order["line_items[0][price_data][currency]"], order["line_items[0][price_data][product_data][name]"], order["customer_email"]));
        Assert.StartsWith($"{shop.Desk.App.Address}portal/", order["success_url"], StringComparison.Ordinal);

        var checkout = order["client_reference_id"];
        var paid = StripeOnTheWire.Event("checkout.session.completed", StripeOnTheWire.Session("cs_test_1", checkout, 10_000), shop.Now);
        var copies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.TellAsync(paid)));

        Assert.All(copies, copy => Assert.Equal(HttpStatusCode.OK, copy.StatusCode));
        Assert.Equal("paid 10000 0 0 0", await shop.Desk.StandingAsync(shop.Invoice));
        Assert.Equal("10000|card|Paid online, pi_1", await shop.Desk.App.ValueAsync("select string_agg(concat_ws('|', amount_cents, method, notes), ',') from payments"));
        Assert.Equal("paid", await shop.Desk.App.ValueAsync("select string_agg(status, ',') from checkouts"));
        Assert.Equal(1L, await shop.Desk.App.ValueAsync("select count(*) from audit_log where entity_type = 'payment' and actor_id is null"));
        await shop.Desk.BalancedAsync();
        Assert.Equal(shop.Path, new Uri((await shop.Client.ReadAsync($"{shop.Path}/pay")).Headers.Location!.AbsoluteUri).AbsolutePath);
    }

    [Fact]
    public async Task Who_pays_twice_has_credit_and_who_paid_a_void_invoice_too()
    {
        await using var shop = await ShopAsync();
        var first = await shop.BeginAsync();
        await shop.Desk.PayAsync(shop.Invoice, 4_000);
        var second = await shop.BeginAsync();
        Assert.NotEqual(first, second);

        await shop.PaidAsync("cs_test_1", first, 10_000, "pi_1");
        await shop.PaidAsync("cs_test_2", second, 6_000, "pi_2");

        Assert.Equal("paid 10000 0 0 0", await shop.Desk.StandingAsync(shop.Invoice));
        Assert.Equal(10_000L, await shop.Desk.App.ValueAsync("select sum(balance_cents)::bigint from client_credits"));
        await shop.Desk.BalancedAsync();

        var other = await shop.AnotherAsync();
        var third = await other.BeginAsync();
        await shop.Desk.MovedAsync(Desk.Invoices, other.Invoice, "void");
        await shop.PaidAsync("cs_test_3", third, 10_000, "pi_3");
        Assert.Equal("void", await shop.Desk.StatusAsync(Desk.Invoices, other.Invoice));
        Assert.Equal(20_000L, await shop.Desk.App.ValueAsync("select sum(balance_cents)::bigint from client_credits"));
        await shop.Desk.BalancedAsync();
    }

    [Fact]
    public async Task What_is_given_back_is_taken_off_as_much_as_it_is_altogether()
    {
        await using var shop = await ShopAsync();
        var checkout = await shop.BeginAsync();
        var early = StripeOnTheWire.Event("charge.refunded", StripeOnTheWire.Charge("pi_1", checkout, 10_000, 2_500), shop.Now);
        Assert.Equal(HttpStatusCode.Conflict, (await shop.TellAsync(early)).StatusCode);
        await shop.PaidAsync("cs_test_1", checkout, 10_000, "pi_1");

        var all = StripeOnTheWire.Event("charge.refunded", StripeOnTheWire.Charge("pi_1", checkout, 10_000, 7_000), shop.Now);
        foreach (var message in new[] { early, all, early, all })
        {
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => shop.TellAsync(message))), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        }

        Assert.Equal("partial 3000 0 0 7000", await shop.Desk.StandingAsync(shop.Invoice));
        Assert.Equal("-2500,-4500", await shop.Desk.App.ValueAsync("select string_agg(money_cents::text, ',' order by created_at, id) from ledger_entries where kind = 'refund'"));
        await shop.Desk.BalancedAsync();
    }

    [Fact]
    public async Task Messages_in_any_order_and_of_others_do_no_harm()
    {
        await using var shop = await ShopAsync();
        var checkout = await shop.BeginAsync();
        var session = StripeOnTheWire.Session("cs_test_1", checkout, 10_000);
        // It is called open still, waits for the bank, and is paid after it was said to be over.
        foreach (var message in new[]
        {
            StripeOnTheWire.Event("checkout.session.completed", StripeOnTheWire.Session("cs_test_1", checkout, 10_000, paymentStatus: "unpaid"), shop.Now),
            StripeOnTheWire.Event("checkout.session.expired", session, shop.Now),
            StripeOnTheWire.Event("checkout.session.async_payment_succeeded", session, shop.Now),
            StripeOnTheWire.Event("checkout.session.expired", session, shop.Now),
            StripeOnTheWire.Event("checkout.session.completed", StripeOnTheWire.Session("cs_of_another_shop", Guid.NewGuid().ToString(), 999, intent: "pi_x"), shop.Now),
            StripeOnTheWire.Event("charge.refunded", StripeOnTheWire.Charge("pi_x", "not ours", 999, 999), shop.Now),
            StripeOnTheWire.Event("customer.created", new { id = "cus_1" }, shop.Now),
        }) Assert.Equal(HttpStatusCode.OK, (await shop.TellAsync(message)).StatusCode);

        Assert.Equal("paid 10000 0 0 0", await shop.Desk.StandingAsync(shop.Invoice));
        Assert.Equal("paid", await shop.Desk.App.ValueAsync("select status from checkouts"));
    }

    [Theory]
    [InlineData(9_999, "usd")]
    [InlineData(10_000, "eur")]
    public async Task Another_amount_or_currency_is_recorded_nowhere(long amount, string currency)
    {
        await using var shop = await ShopAsync();
        var checkout = await shop.BeginAsync();

        Assert.Equal(HttpStatusCode.Conflict, (await shop.TellAsync(StripeOnTheWire.Event("checkout.session.completed", StripeOnTheWire.Session("cs_test_1", checkout, amount, currency), shop.Now))).StatusCode);

        Assert.Equal("sent 0 0 0 10000", await shop.Desk.StandingAsync(shop.Invoice));
    }

    [Fact]
    public async Task Only_the_provider_is_believed_and_only_for_a_while()
    {
        await using var shop = await ShopAsync();
        var checkout = await shop.BeginAsync();
        var body = StripeOnTheWire.Event("checkout.session.completed", StripeOnTheWire.Session("cs_test_1", checkout, 10_000), shop.Now);
        foreach (var signature in new[]
        {
            "", "t=,v1=", StripeOnTheWire.Sign(body, shop.Now, "whsec_another"), StripeOnTheWire.Sign(body + " ", shop.Now), StripeOnTheWire.Sign(body, shop.Now.AddMinutes(-6)), StripeOnTheWire.Sign(body, shop.Now.AddMinutes(6)),
            StripeOnTheWire.Sign(body, shop.Now).Replace("v1=", "v0=", StringComparison.Ordinal), StripeOnTheWire.Sign(body, shop.Now).Replace("t=", "t=1", StringComparison.Ordinal), "t=99999999999999999999,v1=00",
            StripeOnTheWire.Sign(body, shop.Now)[..40], string.Concat(Enumerable.Repeat("v1=00,", 2000)),
        })
        {
            Assert.Equal((signature, HttpStatusCode.Unauthorized), (signature, (await shop.TellAsync(body, signature)).StatusCode));
        }

        foreach (var nonsense in new[] { "", "null", "[]", "{}", """{"type":"checkout.session.completed","created":1,"data":{"object":{"id":1,"payment_status":"paid"}}}""", """{"type":"charge.refunded","created":1e99,"data":{"object":{}}}""" })
        {
            Assert.Equal((nonsense, HttpStatusCode.BadRequest), (nonsense, (await shop.TellAsync(nonsense)).StatusCode));
        }

        Assert.Equal("sent 0 0 0 10000", await shop.Desk.StandingAsync(shop.Invoice));
        // Signed with the secret that comes and the one that goes.
        var second = StripeOnTheWire.Sign(body, shop.Now, "whsec_next");
        Assert.Equal(HttpStatusCode.OK, (await shop.TellAsync(body, $"{StripeOnTheWire.Sign(body, shop.Now, "whsec_gone")},{second.Split(',')[1]}")).StatusCode);
        Assert.Equal("paid 10000 0 0 0", await shop.Desk.StandingAsync(shop.Invoice));
    }

    [Fact]
    public async Task A_provider_that_is_cut_off_once_opens_one_session_and_one_that_is_away_is_told_of()
    {
        await using var shop = await ShopAsync();
        shop.Stripe.Silent = 1;

        Assert.Equal(HttpStatusCode.Redirect, (await shop.Client.ReadAsync($"{shop.Path}/pay")).StatusCode);
        Assert.Single(shop.Stripe.Orders);

        var other = await shop.AnotherAsync();
        shop.Stripe.Says = 503;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await shop.Client.ReadAsync($"{other.Path}/pay")).StatusCode);
        shop.Stripe.Says = 402;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await shop.Client.ReadAsync($"{other.Path}/pay")).StatusCode);
        Assert.Equal("sent 0 0 0 10000", await shop.Desk.StandingAsync(other.Invoice));
        // It had not been written down what the provider calls it, and the word of the payment comes all the same.
        var begun = (await shop.Desk.App.ValueAsync("select id from checkouts where status = 'creating' order by created_at limit 1"))!.ToString()!;
        await shop.PaidAsync("cs_unheard_of", begun, 10_000, "pi_9");
        Assert.Equal("paid 10000 0 0 0", await shop.Desk.StandingAsync(other.Invoice));
    }

    [Fact]
    public async Task It_is_off_until_it_is_set_up()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var invoice = await desk.IssuedInvoiceAsync();
        var path = await LinkAsync(desk, invoice);
        var client = desk.App.Client();

        Assert.DoesNotContain("/pay", await client.GetStringAsync(path, Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.ReadAsync($"{path}/pay")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(CheckoutEndpoints.Path, new StringContent("{}"), Stop)).StatusCode);
        Assert.Throws<Platform.Configuration.SettingsException>(() => CheckoutSettings.Of(desk.App.Database.Settings.With((CheckoutSettings.SecretKeyName, "sk"))));
    }

    private sealed record Shop(Desk Desk, StripeOnTheWire Stripe, HttpClient Client, string Invoice, string Path) : IAsyncDisposable
    {
        public DateTimeOffset Now => Desk.App.Clock.GetUtcNow();

        /// <returns>Our own id of the session.</returns>
        public async Task<string> BeginAsync()
        {
            Assert.Equal(HttpStatusCode.Redirect, (await Client.ReadAsync($"{Path}/pay")).StatusCode);
            return Stripe.Orders.Last()["client_reference_id"];
        }

        public async Task<HttpResponseMessage> TellAsync(string body, string? signature = null)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, CheckoutEndpoints.Path) { Content = new StringContent(body) };
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature ?? StripeOnTheWire.Sign(body, Now));
            return await Client.SendAsync(request, Stop);
        }

        public async Task PaidAsync(string session, string checkout, long amount, string intent) =>
            Assert.Equal(HttpStatusCode.OK, (await TellAsync(StripeOnTheWire.Event("checkout.session.completed", StripeOnTheWire.Session(session, checkout, amount, intent: intent), Now))).StatusCode);

        public async Task<Shop> AnotherAsync()
        {
            var invoice = await Desk.IssuedInvoiceAsync();
            return this with { Invoice = invoice, Path = await LinkAsync(Desk, invoice) };
        }

        public async ValueTask DisposeAsync()
        {
            await Desk.DisposeAsync();
            await Stripe.DisposeAsync();
        }
    }

    private async Task<Shop> ShopAsync()
    {
        var stripe = await StripeOnTheWire.StartAsync();
        var desk = await Desk.OpenAsync(postgres, (CheckoutSettings.SecretKeyName, StripeOnTheWire.Key), (CheckoutSettings.WebhookSecretName, $"{StripeOnTheWire.Secret},whsec_next"), (CheckoutSettings.ApiName, stripe.Url));
        await desk.App.SqlAsync("update clients set email = 'ada@example.com'");
        var invoice = await desk.IssuedInvoiceAsync();
        return new(desk, stripe, desk.App.Client(), invoice, await LinkAsync(desk, invoice));
    }

    private static async Task<string> LinkAsync(Desk desk, string invoice) =>
        Link().Match(await (await desk.Owner.PostAsync($"/app/share/invoice/{invoice}", new FormUrlEncodedContent([]), Stop)).Content.ReadAsStringAsync(Stop)).Value;

    [GeneratedRegex("/portal/[A-Za-z0-9_-]{40,}")]
    private static partial Regex Link();
}
