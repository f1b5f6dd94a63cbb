using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook;

/// <summary>An item is no longer sold, or is again. What was made from it stays as it is.</summary>
internal static class ArchiveItem
{
    public static Task<Ok<One<PriceBookItem>>> Handle(PriceBookItemId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct) =>
        SetAsync(id, clock.GetUtcNow(), user, db, ct);

    public static Task<Ok<One<PriceBookItem>>> TakeBack(PriceBookItemId id, CurrentUser user, Db db, CancellationToken ct) => SetAsync(id, null, user, db, ct);

    private static async Task<Ok<One<PriceBookItem>>> SetAsync(PriceBookItemId id, DateTimeOffset? at, CurrentUser user, Db db, CancellationToken ct)
    {
        var item = await PriceBookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("item of the price book");
        if (item.ArchivedAt is null == at is null) return Answers.Ok(item);

        var changed = await PriceBookSql.Save(db, item with { ArchivedAt = at }, ct);
        await AuditLog.Updated(db, user, "price_book_item", id, item, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
