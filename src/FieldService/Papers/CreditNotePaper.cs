using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>The credit note as it was issued.</summary>
internal static class CreditNotePaper
{
    public static async Task<Paper> ReadAsync(CreditNoteId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct)
    {
        var note = (await GetCreditNote.Handle(id, user, db, ct)).Value!.Data;
        var from = await Letterhead.OfAsync(db, user.Account, ct);
        var to = (await db.FirstAsync<Addressee>($"""
            select {Addressee.Columns} from credit_notes n join clients c on c.account_id = n.account_id and c.id = n.client_id
            join invoices i on i.account_id = n.account_id and i.id = n.invoice_id
            left join jobs j on j.account_id = i.account_id and j.id = i.job_id left join properties p on p.account_id = i.account_id and p.id = i.property_id
            where n.account_id = {user.Account} and n.id = {id}
            """, ct))!;
        var say = from.Say;
        var clock = new WallClock(time, user.TimeZone) { Say = say };
        return new(PaperKind.CreditNote, say.Of("paper.credit", note.CreditNoteNumber), from, note.IssuedAt)
        {
            ToLabel = say["paper.to"],
            To = to.Client(say),
            Facts =
            [
                new(say["paper.credit.number"], note.CreditNoteNumber), new(say["paper.issued"], clock.Written(note.IssuedAt)),
                new(say["paper.takes.back"], say.Of("paper.invoice", note.InvoiceNumber)), new(say["paper.because"], note.Reason),
            ],
            Subject = to.JobTitle,
            Tables =
            [
                MoneyPaper.Lines(from, note.LineItems.Select(line => MoneyPaper.Line(
                    from, line.Description, line.Quantity, line.Unit, line.UnitPrice, line.TaxRate, line.DiscountAmountCents, line.TotalCents, line.Quantity is null ? say["paper.in.part"] : null))),
            ],
            Sums = MoneyPaper.Sums(from, note.DiscountAmountCents, note.SubtotalCents, note.Taxes, note.TaxCents, note.TotalCents, note.PricesIncludeTax),
            Text = [.. MoneyPaper.Remarks(from, null, note.PricesIncludeTax)],
        };
    }
}
