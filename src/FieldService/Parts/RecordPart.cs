using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.TimeEntries;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Parts;

/// <summary>Somebody used something on a visit: an item of the price book, or what they say it was. Only the office says what it costs and is sold for.</summary>
internal static class RecordPart
{
    public sealed record Request(
        PriceBookItemId? PriceBookItemId,
        [property: StringLength(1000)] string? Description,
        [property: StringLength(20)] string? Unit,
        [property: Required] Quantity? Quantity,
        [property: JsonConverter(typeof(PriceText))] decimal? UnitCost,
        [property: JsonConverter(typeof(PriceText))] decimal? UnitPrice,
        Percent? TaxRate,
        bool? IsBillable,
        DateOnly? UsedOn)
    {
        internal void SeeThatTheyMay(CurrentUser user)
        {
            if (user.IsOffice) return;
            if (UnitCost is not null) throw PartRules.OfficePrices("unit_cost");
            if (UnitPrice is not null) throw PartRules.OfficePrices("unit_price");
            if (TaxRate is not null) throw PartRules.OfficePrices("tax_rate");
        }
    }

    public static async Task<IResult> Handle(VisitId id, Request request, CurrentUser user, Db db, Idempotency idempotency, TimeProvider clock, CancellationToken ct)
    {
        request.SeeThatTheyMay(user);
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        var job = await VisitWork.JobOf(db, user.Account, id, ct) ?? throw Missing.Of("visit");
        var item = request.PriceBookItemId is { } wanted ? await PriceBookSql.SnapshotAsync(db, user.Account, wanted, ct) : null;
        var part = await PartSql.Insert(db, new(
            PartId.New(), user.Account, id, job, item?.Item, item?.Code, request.Description ?? item?.Description ?? throw PartRules.SaysNothing(),
            request.Unit ?? item?.Unit ?? CreateItem.Request.UsualUnit, request.Quantity!.Value, request.UnitCost ?? item?.UnitCost, request.UnitPrice ?? item?.UnitPrice,
            request.TaxRate ?? item?.TaxRate, request.IsBillable ?? true, Day(request.UsedOn) ?? WorkCalendar.Of(user).Today(clock), user.Id, default, default), ct);
        await AuditLog.Inserted(db, user, "part", part.Id, part, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<VisitPart>(part.For(user)), ct);
    }

    internal static DateOnly? Day(DateOnly? day) =>
        day is { Year: < 1900 or >= 2300 } ? throw new RuleException("VALIDATION_ERROR", "used_on must be a day such as 2026-11-21.") { Field = "used_on" } : day;
}
