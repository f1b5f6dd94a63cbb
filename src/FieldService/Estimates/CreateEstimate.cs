using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Taxes;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>The office writes down what the work would cost. Nobody outside sees a draft.</summary>
internal static class CreateEstimate
{
    /// <param name="FlatRateCents">One price for the whole: then <paramref name="LineItems"/> are not stored.</param>
    public sealed record Request(
        [property: Required] ClientId? ClientId,
        JobId? JobId,
        PropertyId? PropertyId,
        [property: StringLength(5000)] string? Notes,
        [property: StringLength(5000)] string? InternalNotes,
        DateTimeOffset? ExpiresAt,
        Percent? TaxRate,
        Money? FlatRateCents,
        IReadOnlyList<LineForm>? LineItems) : IPriced
    {
        /// <summary>The last day on which it can be approved. <c>expires_at</c>, as it was published first, means the day that this instant ends where the company is.</summary>
        [JsonConverter(typeof(DayText))]
        public DateOnly? ExpiresOn { get; init; }

        public TaxGroupId? TaxGroupId { get; init; }

        public bool? PricesIncludeTax { get; init; }

        public TaxRounding? TaxRounding { get; init; }

        public Percent? DiscountPercent { get; init; }

        public Money? DiscountCents { get; init; }

        /// <summary>A share of the total that is asked for beforehand, or else <see cref="DepositCents"/>.</summary>
        public Percent? DepositPercent { get; init; }

        public Money? DepositCents { get; init; }

        /// <exception cref="RuleException">VALIDATION_ERROR: the two ways to say it name different days.</exception>
        internal DateOnly? LastDay(CurrentUser user)
        {
            if (ExpiresAt is not { } at) return ExpiresOn;

            var day = CompanyDay.EndedBy(user, at);
            return ExpiresOn is null || ExpiresOn == day ? day : throw EstimateRules.TwoDays();
        }

        /// <summary>The draft with what the form says, priced.</summary>
        /// <exception cref="RuleException">VALIDATION_ERROR</exception>
        internal Estimate Over(Estimate draft, Totals totals, CurrentUser user) => draft with
        {
            ClientId = ClientId!.Value,
            JobId = JobId,
            PropertyId = PropertyId,
            Notes = Notes,
            InternalNotes = InternalNotes,
            ExpiresOn = LastDay(user),
            TaxRate = totals.TaxRate,
            FlatRateCents = FlatRateCents,
            SubtotalCents = totals.Subtotal,
            TaxCents = totals.Tax,
            TotalCents = totals.Total,
            Pricing = totals.Pricing,
            DepositPercent = DepositPercent,
            DepositCents = Deposit.Of(DepositPercent, DepositCents, totals.Total),
        };
    }

    public sealed record Response(EstimateId Id, GetEstimate.Response Data);

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency retry, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } before) return before;

        var totals = await request.TotalsAsync(db, user.Account, isNew: true, ct);
        await DocumentSql.SeeWhatItIsForAsync(db, user.Account, request.ClientId!.Value, request.JobId, request.PropertyId, ct);

        var draft = request.Over(Empty(user), totals, user);
        await EstimateSql.Insert(db, draft, totals, ct);
        var written = await GetEstimate.WrittenAsync(db, user.Account, draft.Id, ct);
        await AuditLog.Inserted(db, user, "estimate", draft.Id, written, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new Response(draft.Id, written), ct);
    }

    /// <summary>A draft on which nothing is written yet.</summary>
    internal static Estimate Empty(CurrentUser user) => new(
        EstimateId.New(), user.Account, default, null, null, EstimateStatus.Draft, Percent.Zero, null, Money.Zero, Money.Zero, Money.Zero, null, null, null, null, null, user.Id, default, default);
}
