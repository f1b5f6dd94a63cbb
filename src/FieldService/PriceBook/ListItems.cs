using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook;

/// <summary>The price book, by code. Whoever types a code finds it before everything that has it somewhere in its name.</summary>
internal static class ListItems
{
    public enum State { Active, Archived, All }

    private static readonly Sorting Sorting = new("code", descending: false,
        ("code", $"lower(i.code), i.id", $"lower(i.code) desc, i.id desc"),
        ("name", $"lower(i.name), i.id", $"lower(i.name) desc, i.id desc"),
        ("category", $"lower(i.category) nulls last, lower(i.code), i.id", $"lower(i.category) desc nulls last, lower(i.code) desc, i.id desc"),
        ("unit_price", $"i.unit_price, i.id", $"i.unit_price desc, i.id desc"),
        ("updated_at", $"i.updated_at, i.id", $"i.updated_at desc, i.id desc"));

    public sealed record Filter
    {
        public string? Q { get; init; }

        public string? Kind { get; init; }

        public string? Category { get; init; }

        /// <summary>active, archived or all; active when it is left out.</summary>
        public string? Status { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    private static readonly CsvColumn<PriceBookItem>[] Columns =
    [
        new("kind", item => Words<ItemKind>.Of(item.Kind)),
        new("code", item => item.Code),
        new("name", item => item.Name),
        new("description", item => item.Description),
        new("unit", item => item.Unit),
        new("unit_cost", item => item.UnitCost is { } cost ? PriceText.Of(cost) : null, IsNumber: true),
        new("unit_price", item => PriceText.Of(item.UnitPrice), IsNumber: true),
        new("category", item => item.Category),
        new("tax_rate", item => item.TaxRate?.Percentage.ToString("0.####", CultureInfo.InvariantCulture), IsNumber: true),
        new("labour_minutes", item => Csv.Number(item.LabourMinutes), IsNumber: true),
        new("archived", item => item.ArchivedAt is null ? "no" : "yes"),
    ];

    /// <summary>The whole price book as a file, archived items too, by code.</summary>
    public static async Task<IResult> Export(CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var items = await db.ReadAsync(
            [$"select {PriceBookSql.Columns} from price_book_items i where i.account_id = {user.Account} order by lower(i.code), i.id"],
            (results, token) => results.ListAsync(PriceBookSql.Read, token), ct);
        return Csv.File("price-book.csv", Columns, items.ToAsyncEnumerable());
    }

    public static async Task<Ok<Page<PriceBookItem>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var kind = ListParameters.Word<ItemKind>(filter.Kind, "kind");
        var state = ListParameters.Word<State>(filter.Status, "status") ?? State.Active;
        if (filter.Category?.Contains('\0', StringComparison.Ordinal) is true) throw new RuleException("VALIDATION_ERROR", "Text must not contain the NUL character.") { Field = "category" };
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            from price_book_items i
            where i.account_id = {user.Account}
            {Sql.If(state is State.Active, $"and i.archived_at is null")}
            {Sql.If(state is State.Archived, $"and i.archived_at is not null")}
            {Sql.If(kind is not null, $"and i.kind = {kind}")}
            {Sql.If(filter.Category is { Length: > 0 }, $"and i.category = {filter.Category}")}
            {(search is null ? null : (Sql)$"and i.search like {search.Pattern}")}
            """;

        var found = await db.ReadAsync(
            [
                $"""
                select {PriceBookSql.Columns} {asked}
                order by {(search is null ? null : (Sql)$"(lower(i.code) = lower({search.Words})) desc,")} {order}
                {paging.Window}
                """,
                $"select count(*) {asked}",
            ],
            async (results, token) => (Rows: await results.ListAsync(PriceBookSql.Read, token), Total: (await results.ListAsync(row => row.GetInt64(0), token))[0]),
            ct);
        return Answers.Page(paging, ([.. found.Rows.Select(item => item.For(user))], found.Total));
    }
}
