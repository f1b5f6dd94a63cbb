using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Properties;
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
        IReadOnlyList<LineForm>? LineItems)
    {
        internal Totals Totals() => Documents.Totals.Of(TaxRate ?? Percent.Zero, FlatRateCents, LineItems ?? []);
    }

    public sealed record Response(EstimateId Id, GetEstimate.Response Data);

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency retry, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } before) return before;

        var totals = request.Totals();
        var client = request.ClientId!.Value;
        await DocumentSql.SeeWhatItIsForAsync(db, user.Account, client, request.JobId, request.PropertyId, ct);

        var draft = new Estimate(
            EstimateId.New(), user.Account, client, request.JobId, request.PropertyId, EstimateStatus.Draft, request.TaxRate ?? Percent.Zero, request.FlatRateCents,
            totals.Subtotal, totals.Tax, totals.Total, request.Notes, request.InternalNotes, request.ExpiresAt, null, null, user.Id, default, default);
        await EstimateSql.Insert(db, draft, totals, ct);
        var written = await GetEstimate.WrittenAsync(db, user.Account, draft.Id, ct);
        await AuditLog.Inserted(db, user, "estimate", draft.Id, written, ct);

        return await retry.CommitAsync(StatusCodes.Status201Created, new Response(draft.Id, written), ct);
    }
}
