using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Checkout;

/// <summary>Leads a client to where they pay what is open on an invoice. Who has begun already is led to the same place.</summary>
internal static class StartCheckout
{
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(23), StillWorth = TimeSpan.FromMinutes(5);

    private sealed record About(string InvoiceNumber, string? Email);

    /// <returns>Null when nothing is open on it.</returns>
    /// <exception cref="RuleException">NOT_FOUND; SERVICE_UNAVAILABLE</exception>
    public static async Task<Uri?> Handle(InvoiceId id, CurrentUser client, Func<Db> open, IPaymentProvider provider, Uri success, Uri cancel, DateTimeOffset now, CancellationToken ct)
    {
        var key = Guid.CreateVersion7();
        var expires = now + Lasts;
        Money amount;
        About about;
        await using (var db = open())
        {
            var invoice = await InvoiceSql.FindForUpdate(db, client.Account, id, ct) ?? throw Missing.Of("invoice");
            if (!invoice.TakesPayments || invoice.BalanceCents <= Money.Zero) return null;

            amount = invoice.BalanceCents;
            if (await CheckoutSql.FindOpen(db, client.Account, id, amount, now + StillWorth, ct) is { Url: { } begun }) return new Uri(begun);

            about = (await db.FirstAsync<About>($"select i.invoice_number, c.email from invoices i join clients c on c.account_id = i.account_id and c.id = i.client_id where i.account_id = {client.Account} and i.id = {id}", ct))!;
            await CheckoutSql.Insert(db, client.Account, key, id, amount, client.Currency, expires, now, ct);
            await db.CommitAsync(ct);
        }

        // Nobody waits for the lock of an invoice while the provider thinks.
        var session = await provider.OpenAsync(new(key, amount, client.Currency, $"Invoice {about.InvoiceNumber}", about.Email, success, cancel, expires), ct);
        await using var writing = open();
        await CheckoutSql.Opened(writing, client.Account, key, session, ct);
        await writing.CommitAsync(ct);
        return session.Url;
    }
}
