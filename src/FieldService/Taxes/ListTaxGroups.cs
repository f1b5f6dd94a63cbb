using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>The tax groups of the company with their rates, by name.</summary>
internal static class ListTaxGroups
{
    private static readonly Sorting Sorting = new("name", descending: false,
        ("name", $"lower(g.name), g.id", $"lower(g.name) desc, g.id desc"),
        ("created_at", $"g.created_at, g.id", $"g.created_at desc, g.id desc"));

    public sealed record Filter
    {
        public string? Q { get; init; }

        [FromQuery(Name = "is_active")]
        public bool? IsActive { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public static async Task<Ok<Page<TaxGroup>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            from tax_groups g where g.account_id = {user.Account}
            {(search is null ? null : (Sql)$"and lower(g.name) like {search.Pattern}")}
            {Sql.If(filter.IsActive is not null, $"and g.is_active = {filter.IsActive}")}
            """;

        return Answers.Page(paging, await db.ReadAsync<(List<TaxGroup>, long)>(
            [$"select {TaxGroupSql.Columns} {asked} order by {order} {paging.Window}", $"select count(*) {asked}"],
            async (results, token) => (await results.ListAsync(TaxGroupSql.Read, token), (await results.ListAsync(static row => row.GetInt64(0), token))[0]), ct));
    }
}
