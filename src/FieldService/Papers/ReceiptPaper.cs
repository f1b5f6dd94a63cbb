using Outpost.FieldService.Accounts;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>What the client gets for money: how much came, how and for what. A payment that was taken back as a mistake has none.</summary>
internal static class ReceiptPaper
{
    private sealed record Row(Guid Id, Money AmountCents, PaymentMethod Method, DateTimeOffset ReceivedAt, string? InvoiceNumber, string? EstimateNumber, Money? TotalCents, Money RefundedCents);

    public static async Task<Paper> ReadAsync(PaymentId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct)
    {
        var (row, to) = await db.ReadAsync(
            [
                $"""
                select p.id, p.amount_cents, p.method, p.received_at, i.invoice_number, e.estimate_number, coalesce(i.total_cents, e.total_cents) as total_cents,
                       (select coalesce(-sum(r.money_cents), 0)::bigint from ledger_entries r where r.account_id = p.account_id and r.payment_id = p.id and r.kind = 'refund') as refunded_cents
                from payments p left join invoices i on i.account_id = p.account_id and i.id = p.invoice_id left join estimates e on e.account_id = p.account_id and e.id = p.estimate_id
                where p.account_id = {user.Account} and p.id = {id} and {PaymentSql.Stands}
                """,
                $"""
                select {Addressee.Columns} from payments m left join invoices i on i.account_id = m.account_id and i.id = m.invoice_id
                left join estimates e on e.account_id = m.account_id and e.id = m.estimate_id
                join clients c on c.account_id = m.account_id and c.id = coalesce(i.client_id, e.client_id)
                left join jobs j on j.account_id = m.account_id and j.id = coalesce(i.job_id, e.job_id) left join properties p on p.account_id = m.account_id and p.id = coalesce(i.property_id, e.property_id)
                where m.account_id = {user.Account} and m.id = {id}
                """,
            ],
            async (results, token) => (await results.FirstAsync<Row>(token), await results.FirstAsync<Addressee>(token)), ct);
        if (row is null || to is null) throw Missing.Of("payment");

        var from = await Letterhead.OfAsync(db, user.Account, ct);
        var say = from.Say;
        var clock = new WallClock(time, user.TimeZone) { Say = say };
        var number = row.Id.ToString("N")[^12..].ToUpperInvariant();
        var of = row.InvoiceNumber is { } invoice ? say.Of("paper.invoice", invoice) : row.EstimateNumber is { } estimate ? say.Of("paper.deposit.of", estimate) : say["paper.deposit"];
        var sums = new List<Paper.Sum> { new(say["paper.received"], from.In(row.AmountCents), IsTotal: true) };
        if (row.RefundedCents > Money.Zero) sums.Add(new(say["paper.given.back"], from.In(Money.Zero - row.RefundedCents)));
        return new(PaperKind.Receipt, say.Of("paper.receipt", number), from, row.ReceivedAt)
        {
            ToLabel = say["paper.received.from"],
            To = to.Client(say),
            Facts = [new(say["paper.receipt.number"], number), new(say["paper.received"], clock.Written(row.ReceivedAt)), new(say["paper.how"], say[How(row.Method)]), new(say["portal.for"], of)],
            Subject = to.JobTitle,
            Tables = [new(null, [new(say["portal.for"]), new(say["portal.total"], true), new(say["paper.received"], true)],
                [new([of, row.TotalCents is { } total ? from.In(total) : "", from.In(row.AmountCents)])])],
            Sums = sums,
            Text = [new(null, say["paper.thanks"])],
        };
    }

    private static string How(PaymentMethod method) => method switch
    {
        PaymentMethod.Cash => "paper.cash",
        PaymentMethod.Check => "paper.check",
        PaymentMethod.Card => "paper.card",
        PaymentMethod.Transfer => "paper.by.transfer",
        PaymentMethod.Other => "paper.other",
    };
}
