using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook;

/// <summary>An item that was a slip is deleted, as long as nothing was made from it.</summary>
internal static class DeleteItem
{
    public static async Task<NoContent> Handle(PriceBookItemId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var item = await PriceBookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("item of the price book");
        await PriceBookSql.Delete(db, item, ct);
        await AuditLog.Deleted(db, user, "price_book_item", id, item, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
