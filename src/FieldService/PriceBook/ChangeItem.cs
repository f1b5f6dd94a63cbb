using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook;

/// <summary>The office corrects an item, for what is made from it from now on.</summary>
internal static class ChangeItem
{
    public static async Task<Ok<One<PriceBookItem>>> Handle(PriceBookItemId id, Patch<CreateItem.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var item = await PriceBookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("item of the price book");
        if (patch.IsEmpty) return Answers.Ok(item);

        var changed = await PriceBookSql.Save(db, (await patch.OverAsync(CreateItem.Request.Of(item), ct)).Over(item), ct);
        await AuditLog.Updated(db, user, "price_book_item", id, item, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
