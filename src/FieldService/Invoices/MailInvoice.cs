using Outpost.FieldService.Accounts;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>An invoice that was issued goes to the client by e-mail, once more if need be.</summary>
internal static class MailInvoice
{
    public sealed record Response(bool Queued);

    public static async Task<IResult> Handle(InvoiceId id, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync("mail", null, ct) is { } answer) return answer;

        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (invoice.Status is InvoiceStatus.Draft or InvoiceStatus.Void) throw InvoiceRules.IsNotForTheClient(invoice.Status);

        await DocumentLetters.SeeThatItArrivesAsync(db, user, invoice.ClientId, ct);
        var now = clock.GetUtcNow();
        await DocumentLetters.EnqueueAsync(db, user, DocumentLetters.Invoice, id.Value, invoice.ClientId, $"again|{now:O}", now, ct);
        return await retry.CommitAsync(StatusCodes.Status202Accepted, new One<Response>(new(true)), ct);
    }
}
