using Outpost.Kernel;

namespace Outpost.FieldService.PriceBook;

/// <summary>Every way the price book refuses a request.</summary>
internal static class PriceBookRules
{
    public static RuleException CodeIsTaken(string code) => new("CONFLICT", $"There is an item with the code {code} already. Archive it first, or choose another code.") { Field = "code" };

    public static RuleException IsInUse() => new("CONFLICT", "The item was used and is kept for the sake of what was made from it. Archive it instead.");

    public static RuleException IsArchived() => new("PRECONDITION_FAILED", "The item is archived. Take it back into the price book before it is used.") { Field = "price_book_item_id" };
}
