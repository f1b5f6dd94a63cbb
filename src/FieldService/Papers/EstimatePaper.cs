using Outpost.FieldService.Accounts;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>The estimate as the client gets it.</summary>
internal static class EstimatePaper
{
    public static async Task<Paper> ReadAsync(EstimateId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct)
    {
        var estimate = (await GetEstimate.Handle(id, user, db, ct)).Value!.Data;
        var from = await Letterhead.OfAsync(db, user.Account, ct);
        var to = (await db.FirstAsync<Addressee>($"""
            select {Addressee.Columns} from estimates e join clients c on c.account_id = e.account_id and c.id = e.client_id
            left join jobs j on j.account_id = e.account_id and j.id = e.job_id left join properties p on p.account_id = e.account_id and p.id = e.property_id
            where e.account_id = {user.Account} and e.id = {id}
            """, ct))!;
        var (clock, money) = (new WallClock(time, user.TimeZone), from.Currency);
        var isOpen = estimate.Status is EstimateStatus.Draft or EstimateStatus.Sent;
        var facts = new List<Paper.Fact> { new("Estimate number", estimate.EstimateNumber ?? "given when sent") };
        if (estimate.Revision > 1) facts.Add(new("Revision", Field(estimate.Revision)));
        facts.Add(new("Date", estimate.SentAt is { } sent ? clock.Written(sent) : "not sent yet"));
        if (estimate.ExpiresOn is { } ends) facts.Add(new("Good until", WallClock.InFull(ends)));
        if (estimate.Decision is { } said) facts.Add(new(Shown.Word(said.Decision), $"{clock.Written(said.DecidedAt)}{(said.SignedName is null ? "" : $" by {said.SignedName}")}"));

        var sums = MoneyPaper.Sums(estimate.DiscountAmountCents, estimate.SubtotalCents, estimate.Taxes, estimate.TaxCents, estimate.TotalCents, estimate.PricesIncludeTax, money);
        if (estimate.DepositCents is { } deposit && deposit > Money.Zero) sums.Add(new("Deposit before the work begins", deposit.In(money)));
        return new(PaperKind.Estimate, estimate.EstimateNumber is { } number ? $"Estimate {number}" : "Draft estimate", from, estimate.SentAt ?? estimate.UpdatedAt)
        {
            Stamp = estimate.Status is EstimateStatus.Draft ? "Draft" : null,
            To = to.Client,
            Place = to.Place,
            Facts = facts,
            Subject = estimate.JobTitle,
            Tables = estimate.FlatRateCents is { } flat
                ? [MoneyPaper.Lines([MoneyPaper.Line(estimate.JobTitle ?? "Work as agreed", null, null, null, estimate.TaxRate, Money.Zero, flat, money, "at a flat rate")])]
                : [MoneyPaper.Lines(estimate.LineItems.Select(line => MoneyPaper.Line(
                    line, money, line.Optional is true ? isOpen ? line.Chosen is true ? "optional" : "optional, not in the total" : line.Chosen is true ? "optional, taken" : "optional, left out" : null)))],
            Sums = sums,
            Text = [.. MoneyPaper.Remarks(estimate.Notes, estimate.PricesIncludeTax)],
            SignHere = estimate.Status is EstimateStatus.Sent ? ["Approved: date and signature"] : [],
        };
    }

    private static string Field(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
