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

namespace Outpost.FieldService.Invoices;

/// <summary>The office prepares an invoice. It has no number and binds nobody until it is issued.</summary>
internal static class CreateInvoice
{
    /// <param name="FlatRateCents">One price for the whole: then <paramref name="LineItems"/> are not stored.</param>
    public sealed record Request(
        [property: Required] ClientId? ClientId,
        JobId? JobId,
        PropertyId? PropertyId,
        [property: StringLength(5000)] string? Notes,
        [property: JsonConverter(typeof(DayText))] DateOnly? DueDate,
        Percent? TaxRate,
        Money? FlatRateCents,
        IReadOnlyList<LineForm>? LineItems) : IPriced
    {
        public TaxGroupId? TaxGroupId { get; init; }

        public bool? PricesIncludeTax { get; init; }

        public TaxRounding? TaxRounding { get; init; }

        public Percent? DiscountPercent { get; init; }

        public Money? DiscountCents { get; init; }

        /// <inheritdoc cref="Pricer.TotalsAsync"/>
        internal async Task<Totals> TotalsAsync(Db db, AccountId account, bool isNew, CancellationToken ct)
        {
            for (var i = 0; i < LineItems?.Count; i++)
            {
                if (LineItems[i] is { Optional: true }) throw DocumentRules.IsNotOptionalHere(i);
            }

            return await ((IPriced)this).TotalsAsync(db, account, isNew, ct);
        }
    }

    public sealed record Response(InvoiceId Id, GetInvoice.Response Data);

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency retry, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } before) return before;

        var written = await DraftAsync(request, user, db, ct);
        return await retry.CommitAsync(StatusCodes.Status201Created, new Response(written.Id, written), ct);
    }

    /// <summary>Writes the draft in the caller's transaction.</summary>
    internal static async Task<GetInvoice.Response> DraftAsync(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var totals = await request.TotalsAsync(db, user.Account, isNew: true, ct);
        var client = request.ClientId!.Value;
        await DocumentSql.SeeWhatItIsForAsync(db, user.Account, client, request.JobId, request.PropertyId, ct);

        var draft = new Invoice(
            InvoiceId.New(), user.Account, client, request.JobId, null, request.PropertyId, InvoiceStatus.Draft, null, totals.TaxRate, request.FlatRateCents,
            totals.Subtotal, totals.Tax, totals.Total, Money.Zero, request.Notes, request.DueDate, null, null, null, user.Id, default, default);
        await InvoiceSql.Insert(db, draft, totals, ct);
        var written = await GetInvoice.WrittenAsync(db, user.Account, draft.Id, ct);
        await AuditLog.Inserted(db, user, "invoice", draft.Id, written, ct);
        return written;
    }

    /// <summary>Sees that an invoice could be made and issued of this now, without making one.</summary>
    /// <exception cref="RuleException">VALIDATION_ERROR, NOT_FOUND, PRECONDITION_FAILED</exception>
    internal static async Task SeeThatItCanBeIssuedAsync(Db db, CurrentUser user, Request request, CancellationToken ct)
    {
        if (request is { FlatRateCents: null, LineItems: null or [] }) throw DocumentRules.NothingOnIt("invoice");

        await request.TotalsAsync(db, user.Account, isNew: true, ct);
        await DocumentSql.SeeWhatItIsForAsync(db, user.Account, request.ClientId!.Value, request.JobId, request.PropertyId, ct);
    }
}
