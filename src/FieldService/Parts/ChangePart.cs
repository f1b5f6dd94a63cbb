using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Parts;

/// <summary>A part is corrected, or struck, until an invoice charges for it.</summary>
internal static class ChangePart
{
    private static readonly string[] OfficeOnly = ["unit_cost", "unit_price", "tax_rate"];

#pragma warning disable ASP0029 // the generated rules are found by this mark, see Patch
    [ValidatableType]
#pragma warning restore ASP0029
    public sealed record Request(
        [property: Required, StringLength(1000)] string? Description,
        [property: Required, StringLength(20)] string? Unit,
        [property: Required] Quantity? Quantity,
        [property: JsonConverter(typeof(PriceText))] decimal? UnitCost,
        [property: JsonConverter(typeof(PriceText))] decimal? UnitPrice,
        Percent? TaxRate,
        [property: Required] bool? IsBillable,
        [property: Required] DateOnly? UsedOn);

    public static async Task<Ok<One<VisitPart>>> Handle(PartId id, Patch<Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var part = await PartSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("part");
        if (!user.IsOffice && OfficeOnly.FirstOrDefault(patch.Names) is { } field) throw PartRules.OfficePrices(field);
        if (patch.IsEmpty) return Answers.Ok(part.For(user));
        if (part.IsBilled) throw PartRules.IsBilled();

        var change = await patch.OverAsync(new(part.Description, part.Unit, part.Quantity, part.UnitCost, part.UnitPrice, part.TaxRate, part.IsBillable, part.UsedOn), ct);
        var changed = await PartSql.Save(db, part with
        {
            Description = change.Description!,
            Unit = change.Unit!,
            Quantity = change.Quantity!.Value,
            UnitCost = change.UnitCost,
            UnitPrice = change.UnitPrice,
            TaxRate = change.TaxRate,
            IsBillable = change.IsBillable!.Value,
            UsedOn = RecordPart.Day(change.UsedOn)!.Value,
        }, ct);
        await AuditLog.Updated(db, user, "part", id, part, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed.For(user));
    }

    public static async Task<NoContent> Delete(PartId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var part = await PartSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("part");
        if (part.IsBilled) throw PartRules.IsBilled();

        await PartSql.Delete(db, part, ct);
        await AuditLog.Deleted(db, user, "part", id, part, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
