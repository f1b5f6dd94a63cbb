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
        var say = from.Say;
        var clock = new WallClock(time, user.TimeZone) { Say = say };
        var isOpen = estimate.Status is EstimateStatus.Draft or EstimateStatus.Sent;
        var facts = new List<Paper.Fact> { new(say["paper.estimate.number"], estimate.EstimateNumber ?? say["paper.number.later"]) };
        if (estimate.Revision > 1) facts.Add(new(say["paper.revision"], Field(estimate.Revision)));
        facts.Add(new(say["paper.date"], estimate.SentAt is { } sent ? clock.Written(sent) : say["paper.not.sent"]));
        if (estimate.ExpiresOn is { } ends) facts.Add(new(say["paper.good.until"], clock.Full(ends)));
        if (estimate.Decision is { } said) facts.Add(new(say[$"status.{said.Decision}"], said.SignedName is null ? clock.Written(said.DecidedAt) : say.Of("paper.decided", clock.Written(said.DecidedAt), said.SignedName)));

        var sums = MoneyPaper.Sums(from, estimate.DiscountAmountCents, estimate.SubtotalCents, estimate.Taxes, estimate.TaxCents, estimate.TotalCents, estimate.PricesIncludeTax);
        if (estimate.DepositCents is { } deposit && deposit > Money.Zero) sums.Add(new(say["portal.deposit"], from.In(deposit)));
        return new(PaperKind.Estimate, estimate.EstimateNumber is { } number ? say.Of("paper.estimate", number) : say["paper.estimate.draft"], from, estimate.SentAt ?? estimate.UpdatedAt)
        {
            Stamp = estimate.Status is EstimateStatus.Draft ? say["status.draft"] : null,
            ToLabel = say["portal.for"],
            To = to.Client(say),
            Place = to.Place,
            Facts = facts,
            Subject = estimate.JobTitle,
            Tables = estimate.FlatRateCents is { } flat
                ? [MoneyPaper.Lines(from, [MoneyPaper.Line(from, estimate.JobTitle, estimate.TaxRate, flat)])]
                : [MoneyPaper.Lines(from, estimate.LineItems.Select(line => MoneyPaper.Line(
                    from, line, line.Optional is true ? say[isOpen ? line.Chosen is true ? "paper.optional" : "paper.optional.open" : line.Chosen is true ? "paper.optional.taken" : "paper.optional.left"] : null)))],
            Sums = sums,
            Text = [.. MoneyPaper.Remarks(from, estimate.Notes, estimate.PricesIncludeTax)],
            SignHere = estimate.Status is EstimateStatus.Sent ? [say["paper.approved.sign"]] : [],
        };
    }

    private static string Field(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
