using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook;

/// <summary>The office adds something to the price book.</summary>
internal static class CreateItem
{
    public sealed record Request(
        [property: Required] ItemKind? Kind,
        [property: Required, StringLength(64)] string? Code,
        [property: Required, StringLength(200)] string? Name,
        // With the name it makes the description of a line.
        [property: StringLength(700)] string? Description,
        [property: StringLength(20)] string? Unit,
        [property: JsonConverter(typeof(PriceText))] decimal? UnitCost,
        [property: Required, JsonConverter(typeof(PriceText))] decimal? UnitPrice,
        [property: StringLength(100)] string? Category,
        Percent? TaxRate,
        [property: Range(0, 60_000)] int? LabourMinutes)
    {
        public const string UsualUnit = "each";

        internal PriceBookItem Item(AccountId account) => Over(new(
            PriceBookItemId.New(), account, default, "", "", null, UsualUnit, null, 0, null, null, null, null, default, default));

        internal PriceBookItem Over(PriceBookItem item) => item with
        {
            Kind = Kind!.Value,
            Code = Code!,
            Name = Name!,
            Description = Description,
            Unit = Unit ?? UsualUnit,
            UnitCost = UnitCost,
            UnitPrice = UnitPrice!.Value,
            Category = Category,
            TaxRate = TaxRate,
            LabourMinutes = LabourMinutes,
        };

        internal static Request Of(PriceBookItem item) => new(
            item.Kind, item.Code, item.Name, item.Description, item.Unit, item.UnitCost, item.UnitPrice, item.Category, item.TaxRate, item.LabourMinutes);
    }

    public static async Task<Created<One<PriceBookItem>>> Handle(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var item = await PriceBookSql.Insert(db, request.Item(user.Account), ct);
        await AuditLog.Inserted(db, user, "price_book_item", item.Id, item, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/price-book/{item.Id.Value}", item);
    }
}
