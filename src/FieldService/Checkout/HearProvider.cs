using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Web;
using Outpost.FieldService.Worker;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Checkout;

/// <summary>
/// The payment provider tells what has happened. It tells it at least once, several times at once and in any order; each thing is entered into the books once.
/// What is not ours is taken without a word, so that it is not sent for days.
/// </summary>
internal static partial class HearProvider
{
    public const int LongestMessage = 256 * 1024;

    private sealed record Known(Guid AccountId, Guid Id, Guid InvoiceId);

    public static async Task<IResult> Handle(HttpRequest http, NpgsqlDataSource source, Companies companies, IPaymentProvider provider, TimeProvider clock, ILogger<Checkout> log, CancellationToken ct)
    {
        if (!provider.IsOn) throw Missing.Of("payment provider");

        using var body = new MemoryStream();
        await http.Body.CopyToAsync(body, ct);
        var now = clock.GetUtcNow();
        var message = provider.Read(http.Headers["Stripe-Signature"].ToString(), body.GetBuffer().AsMemory(0, (int)body.Length), now);
        var (session, intent, ours) = message switch
        {
            ProviderMessage.Paid paid => (paid.Session, (string?)null, paid.Checkout),
            ProviderMessage.Expired over => (over.Session, null, null),
            ProviderMessage.Refunded back => (null, back.PaymentIntent, back.Checkout),
            _ => ((string?)null, null, null),
        };
        if (message is null || await new ReadDb(source, null).FirstAsync<Known>($"select * from checkout_of({session}, {intent}, {ours})", ct) is not { } known) return Results.Ok();
        if (await companies.FindAsync(new(known.AccountId), ct) is not { } company) return Results.Ok();

        await using var db = company.Open();
        var user = company.Caller;
        // As everywhere: the invoice first.
        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, new(known.InvoiceId), ct) ?? throw Missing.Of("invoice");
        var checkout = await CheckoutSql.FindForUpdate(db, user.Account, known.Id, ct) ?? throw Missing.Of("checkout");
        switch (message)
        {
            case ProviderMessage.Paid paid:
                await PaidAsync(db, user, invoice, checkout, paid, now, log, ct);
                break;
            case ProviderMessage.Expired:
                await CheckoutSql.Expired(db, user.Account, checkout.Id, ct);
                break;
            case ProviderMessage.Refunded back:
                await RefundedAsync(db, user, checkout, back, now, log, ct);
                break;
        }

        await db.CommitAsync(ct);
        return Results.Ok();
    }

    private static async Task PaidAsync(Db db, CurrentUser user, Invoice invoice, Checkout checkout, ProviderMessage.Paid paid, DateTimeOffset now, ILogger log, CancellationToken ct)
    {
        if (checkout.PaymentId is not null) return;
        if (paid.Amount != checkout.AmountCents || !paid.Currency.Equals(checkout.Currency, StringComparison.OrdinalIgnoreCase))
        {
            Different(log, checkout.Id);
            throw CheckoutRules.Differs();
        }

        // The money is there whatever has become of the invoice meanwhile: what is not owed any more is the client's credit.
        var (payment, _, _) = await RecordPayment.TakeInAsync(db, user, invoice, paid.Amount, PaymentMethod.Card, paid.At < now ? paid.At : now, $"Paid online{(paid.PaymentIntent is null ? "" : $", {paid.PaymentIntent}")}", now, ct);
        await CheckoutSql.Paid(db, user.Account, checkout.Id, payment.Id, paid, now, ct);
        Recorded(log, payment.Id.Value);
    }

    private static async Task RefundedAsync(Db db, CurrentUser user, Checkout checkout, ProviderMessage.Refunded back, DateTimeOffset now, ILogger log, CancellationToken ct)
    {
        if (checkout.PaymentId is not { } payment) throw CheckoutRules.CameTooEarly();
        // The provider says how much it is altogether, so an old message finds nothing to do.
        if (back.Total <= checkout.RefundedCents) return;
        if (back.Total > checkout.AmountCents || !back.Currency.Equals(checkout.Currency, StringComparison.OrdinalIgnoreCase))
        {
            Different(log, checkout.Id);
            throw CheckoutRules.Differs();
        }

        var asked = back.Total - checkout.RefundedCents;
        var entered = await RefundPayment.TakeOutAsync(db, user, new(payment), asked, atMost: true, null, "Given back by the payment provider", now, ct);
        // What was recorded by hand before, or spent as credit meanwhile, is not taken off a second time.
        if (entered is null || entered.AmountCents < asked) InPart(log, payment);
        await CheckoutSql.Refunded(db, user.Account, checkout.Id, back.Total, ct);
    }

    [LoggerMessage(LogLevel.Information, "Payment {PaymentId} came in online")]
    private static partial void Recorded(ILogger log, Guid paymentId);

    [LoggerMessage(LogLevel.Error, "Checkout {CheckoutId}: the provider names another amount or currency; nothing was recorded")]
    private static partial void Different(ILogger log, Guid checkoutId);

    [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: less could be taken out of the books than the provider has given back")]
    private static partial void InPart(ILogger log, Guid paymentId);
}
