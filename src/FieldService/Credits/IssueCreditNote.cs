using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits;

/// <summary>
/// An issued invoice is taken back, in whole or in part: the credit note is issued at once with the next number of its own series. It takes off what is still
/// open; what was paid already becomes the client's credit.
/// </summary>
internal static class IssueCreditNote
{
    /// <param name="LineItems">What is taken back; all that is left of the invoice when neither lines nor an amount are given.</param>
    /// <param name="AmountCents">How much of the flat rate, for an invoice that has one.</param>
    public sealed record Request(
        [property: Required, StringLength(1000)] string? Reason, [property: MaxLength(Totals.MostLines)] IReadOnlyList<Line>? LineItems, Money? AmountCents);

    /// <param name="AmountCents">How much of the line's total; all that is left of it when left out.</param>
    public sealed record Line([property: Required] LineItemId? InvoiceLineItemId, Money? AmountCents);

    /// <param name="InvoiceCents">What it took off the invoice.</param>
    /// <param name="CreditCents">What became the client's credit, because it was paid.</param>
    public sealed record Response(CreditNoteId Id, GetCreditNote.Response Data, InvoiceStatus InvoiceStatus, Money InvoiceBalanceCents, Money InvoiceCents, Money CreditCents);

    public static async Task<IResult> Handle(InvoiceId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (invoice.Status is InvoiceStatus.Draft or InvoiceStatus.Void) throw CreditRules.IsNotIssued(invoice.Status);

        var lines = await CreditNoteSql.LinesAsync(db, invoice, ct);
        var asked = Asked(request, invoice, lines);
        var mirror = Mirror.Of(asked, lines, await CreditNoteSql.TaxesAsync(db, invoice, ct), invoice.PricesIncludeTax);
        if (mirror.Total <= Money.Zero) throw CreditRules.NothingLeft();

        var now = clock.GetUtcNow();
        var note = CreditNoteId.New();
        var number = await InvoiceNumbers.TakeAsync(db, user, note, DueDate.Today(user, clock), now, ct);
        await CreditNoteSql.InsertAsync(db, user, note, number, invoice, mirror, request.Reason!, now, ct);

        var off = mirror.Total < invoice.BalanceCents ? mirror.Total : invoice.BalanceCents;
        var rest = mirror.Total - off;
        var after = await Books.EnterAsync(db, user, invoice, Books.Entry(user, LedgerKind.CreditNote, invoice.ClientId, now) with
        {
            InvoiceId = id,
            CreditNoteId = note,
            CreditedCents = off,
            CreditCents = rest,
            CreditId = rest > Money.Zero ? (await LedgerSql.CreditOf(db, user.Account, invoice.ClientId, null, ct)).Id : null,
            Reason = request.Reason,
        }, now, ct);
        var written = await GetCreditNote.WrittenAsync(db, user.Account, note, ct);
        await AuditLog.Inserted(db, user, "credit_note", note, written, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new Response(note, written, after.Status, after.BalanceCents, off, rest), ct);
    }

    private static List<(InvoicedLine, Money)> Asked(Request request, Invoice invoice, List<InvoicedLine> lines)
    {
        if (invoice.FlatRateCents is not null)
        {
            if (request.LineItems is { Count: > 0 }) throw CreditRules.HasNoLines();
            return [(lines[0], Amount(request.AmountCents, lines[0], "amount_cents"))];
        }

        if (request.AmountCents is not null) throw CreditRules.HasLines();
        // A line of nothing is taken back once, like the others.
        if (request.LineItems is not { Count: > 0 }) return [.. lines.Where(line => line.Rest > Money.Zero || !line.WasCredited).Select(line => (line, line.Rest))];

        var asked = new List<(InvoicedLine, Money)>();
        foreach (var (wanted, place) in request.LineItems.Select((line, place) => (line, place)))
        {
            if (wanted?.InvoiceLineItemId is null) throw CreditRules.NoLine(place);
            var line = lines.Find(l => l.Id == wanted.InvoiceLineItemId) ?? throw Missing.Of("line on this invoice", $"line_items[{place}].invoice_line_item_id");
            if (asked.Exists(other => other.Item1 == line)) throw CreditRules.LineTwice(place);
            asked.Add((line, Amount(wanted.AmountCents, line, $"line_items[{place}].amount_cents")));
        }

        return asked;
    }

    private static Money Amount(Money? asked, InvoicedLine line, string field)
    {
        if (asked is { Cents: <= 0 }) throw CreditRules.IsNothing(field);

        return asked is null ? line.Rest : asked <= line.Rest ? asked.Value : throw CreditRules.IsMoreThanIsLeft(line.Rest, field);
    }
}
