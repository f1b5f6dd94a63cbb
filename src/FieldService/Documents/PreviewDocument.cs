using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Taxes;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents;

/// <summary>What an estimate or an invoice would come to, computed as it would be stored, and stored nowhere. A form asks this while it is being filled in.</summary>
internal static class PreviewDocument
{
    public sealed record Request : IPriced
    {
        public Percent? TaxRate { get; init; }

        public TaxGroupId? TaxGroupId { get; init; }

        public bool? PricesIncludeTax { get; init; }

        public TaxRounding? TaxRounding { get; init; }

        public Money? FlatRateCents { get; init; }

        public Percent? DiscountPercent { get; init; }

        public Money? DiscountCents { get; init; }

        public IReadOnlyList<LineForm>? LineItems { get; init; }
    }

    /// <param name="DiscountAmountCents">What the line's own discount comes to.</param>
    /// <param name="DiscountShareCents">The line's part of the document's discount.</param>
    public sealed record PricedLine(
        string Description, Quantity Quantity, string? Unit, UnitPrice UnitPrice, Money DiscountAmountCents, Money TotalCents, Money DiscountShareCents, Percent TaxRate, string? TaxName,
        bool Optional, bool Chosen);

    /// <param name="ItemsCents">Lines or flat rate before the document's discount.</param>
    public sealed record Response(
        IReadOnlyList<PricedLine> LineItems, Money ItemsCents, Money DiscountAmountCents, IReadOnlyList<TaxGroup> Taxes, Money SubtotalCents, Money TaxCents, Money TotalCents,
        bool PricesIncludeTax, TaxRounding TaxRounding, Percent TaxRate, string? TaxName);

    public static async Task<Ok<One<Response>>> Handle(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var totals = await request.TotalsAsync(db, user.Account, isNew: true, ct);
        return Answers.Ok(new Response(
            [.. totals.Lines.Select(line => new PricedLine(
                line.Description, line.Quantity, line.Unit, line.UnitPrice, line.DiscountAmount, line.Total, line.DiscountShare, line.TaxRate, Called(line.TaxName), line.Optional, line.Chosen))],
            totals.Items, totals.Pricing.DiscountAmount, totals.Taxes, totals.Subtotal, totals.Tax, totals.Total,
            totals.Pricing.PricesIncludeTax, totals.Pricing.Rounding, totals.TaxRate, Called(totals.Pricing.TaxName)));
    }

    private static string? Called(string name) => name is "" ? null : name;
}
