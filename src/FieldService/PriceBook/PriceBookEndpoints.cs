using Outpost.FieldService.Web;

namespace Outpost.FieldService.PriceBook;

internal static class PriceBookEndpoints
{
    public static void MapPriceBook(this IEndpointRouteBuilder app)
    {
        var items = app.MapGroup("/api/v1/price-book").WithTags("Price book");

        items.MapGet("", ListItems.Handle).Requires(Ability.WorkVisits).WithSummary("The price book, by code; only the office sees costs");
        items.MapPost("", CreateItem.Handle).Requires(Ability.ManageMoney).WithSummary("Add an item");
        items.MapGet("/export", ListItems.Export).Requires(Ability.ReadMoney).WithSummary("The whole price book as CSV");
        items.MapGet("/{id}", GetItem.Handle).Requires(Ability.WorkVisits).WithVersion().WithSummary("One item; only the office sees its cost");
        items.MapGet("/{id}/line", GetItem.Line).Requires(Ability.ManageMoney).WithSummary("The line that the item makes on an estimate or invoice");
        items.MapPatch("/{id}", ChangeItem.Handle).Requires(Ability.ManageMoney).Versioned(PriceBookSql.LockVersion).WithSummary("Change an item, for what is made from it from now on");
        items.MapDelete("/{id}", DeleteItem.Handle).Requires(Ability.ManageMoney).Versioned(PriceBookSql.LockVersion).WithSummary("Delete an item that was never used");
        items.MapPost("/{id}/archival", ArchiveItem.Handle).Requires(Ability.ManageMoney).Versioned(PriceBookSql.LockVersion).WithSummary("Take an item out of the price book");
        items.MapDelete("/{id}/archival", ArchiveItem.TakeBack).Requires(Ability.ManageMoney).Versioned(PriceBookSql.LockVersion).WithSummary("Take an item back into the price book");
    }
}
