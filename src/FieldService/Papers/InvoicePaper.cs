using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>The invoice as it was issued: what was paid before is taken off it, what happened later is on receipts and credit notes.</summary>
internal static class InvoicePaper
{
    private sealed record Before(Money PaidCents);

    public static async Task<Paper> ReadAsync(InvoiceId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct)
    {
        var invoice = (await GetInvoice.Handle(id, user, db, ct)).Value!.Data;
        var from = await Letterhead.OfAsync(db, user.Account, ct);
        var (to, before) = await db.ReadAsync(
            [
                $"""
                select {Addressee.Columns} from invoices i join clients c on c.account_id = i.account_id and c.id = i.client_id
                left join jobs j on j.account_id = i.account_id and j.id = i.job_id left join properties p on p.account_id = i.account_id and p.id = i.property_id
                where i.account_id = {user.Account} and i.id = {id}
                """,
                PaidBefore(user.Account, id),
            ],
            async (results, token) => ((await results.FirstAsync<Addressee>(token))!, (await results.FirstAsync<Before>(token))!.PaidCents), ct);
        var say = from.Say;
        var clock = new WallClock(time, user.TimeZone) { Say = say };
        var facts = new List<Paper.Fact>
        {
            new(say["paper.invoice.number"], invoice.InvoiceNumber ?? say["paper.number.later"]),
            new(say["paper.issued"], invoice.SentAt is { } sent ? clock.Written(sent) : say["paper.not.yet"]),
            new(say["paper.due"], invoice.DueDate is { } due ? clock.Full(due) : say["paper.on.receipt"]),
        };
        if (invoice.Status is InvoiceStatus.Void) facts.Add(new(say["paper.void.since"], invoice.VoidedAt is { } voided ? clock.Written(voided) : ""));
        if ((from.Settings.EInvoice.VatId ?? from.Account.TaxId) is { } taxId) facts.Add(new(say["paper.our.tax.number"], taxId));

        var sums = MoneyPaper.Sums(from, invoice.DiscountAmountCents, invoice.SubtotalCents, invoice.Taxes, invoice.TaxCents, invoice.TotalCents, invoice.PricesIncludeTax);
        if (before > Money.Zero)
        {
            sums.Add(new(say["paper.deposit.paid"], from.In(Money.Zero - before)));
            sums.Add(new(say["portal.to.be.paid"], from.In(invoice.TotalCents - before), IsTotal: true));
        }

        return new(PaperKind.Invoice, invoice.InvoiceNumber is { } number ? say.Of("paper.invoice", number) : say["paper.invoice.draft"], from, invoice.SentAt ?? invoice.UpdatedAt)
        {
            Stamp = invoice.Status switch { InvoiceStatus.Draft => say["status.draft"], InvoiceStatus.Void => say["status.void"], _ => null },
            ToLabel = say["portal.bill.to"],
            To = to.Client(say),
            Place = to.Place,
            Facts = facts,
            Subject = invoice.JobTitle,
            Tables = invoice.FlatRateCents is { } flat
                ? [MoneyPaper.Lines(from, [MoneyPaper.Line(from, invoice.JobTitle, invoice.TaxRate, flat)])]
                : [MoneyPaper.Lines(from, invoice.LineItems.Select(line => MoneyPaper.Line(from, line)))],
            Sums = sums,
            Text = [.. MoneyPaper.Remarks(from, invoice.Notes, invoice.PricesIncludeTax), .. HowToPay(from, invoice, invoice.TotalCents - before)],
        };
    }

    /// <summary>What deposits had paid of an invoice in the moment of its issue.</summary>
    public static Sql PaidBefore(AccountId account, InvoiceId id) => $"""
        select coalesce(sum(l.paid_cents), 0)::bigint as paid_cents from ledger_entries l join invoices i on i.account_id = l.account_id and i.id = l.invoice_id
        where l.account_id = {account} and l.invoice_id = {id} and l.kind = 'credit_applied' and l.happened_at <= i.sent_at
        """;

    private static IEnumerable<Paper.Passage> HowToPay(Letterhead from, Invoice invoice, Money open)
    {
        if (open <= Money.Zero || from.Settings.EInvoice.Iban is not { } iban || invoice.InvoiceNumber is null) yield break;

        var bic = from.Settings.EInvoice.Bic is { } code ? $", BIC {code}" : "";
        yield return new(from.Say["portal.how"], from.Say.Of("paper.transfer", from.In(open), from.Settings.EInvoice.AccountHolder ?? from.Account.Name, Letterhead.Grouped(iban) + bic, invoice.InvoiceNumber));
    }
}
