using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook;

/// <summary>One item, and the line of a document that it makes.</summary>
internal static class GetItem
{
    public static async Task<Ok<One<PriceBookItem>>> Handle(PriceBookItemId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok((await FindAsync(id, user, db, ct)).For(user));

    /// <param name="Quantity">How many units; one when it is left out.</param>
    public sealed record Wanted
    {
        public decimal? Quantity { get; init; }
    }

    /// <summary>The line that an estimate or an invoice takes as it is.</summary>
    public static async Task<Ok<One<LineForm>>> Line(PriceBookItemId id, [AsParameters] Wanted wanted, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var item = await FindAsync(id, user, db, ct);
        if (item.ArchivedAt is not null) throw PriceBookRules.IsArchived();

        return Answers.Ok(ItemSnapshot.Of(item).Line(QuantityOf(wanted.Quantity ?? 1)));
    }

    private static Quantity QuantityOf(decimal amount)
    {
        try
        {
            return Quantity.Of(amount);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new RuleException("VALIDATION_ERROR", $"A quantity is more than 0, at most {Quantity.Most}, and has at most two decimals.") { Field = "quantity" };
        }
    }

    private static async Task<PriceBookItem> FindAsync(PriceBookItemId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        await db.ReadAsync([$"select {PriceBookSql.Columns} from price_book_items where account_id = {user.Account} and id = {id}"], (found, token) => found.FirstAsync(PriceBookSql.Read, token), ct)
        ?? throw Missing.Of("item of the price book");
}
