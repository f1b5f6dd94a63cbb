using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>The taxes of the company, by name.</summary>
internal static class ListTaxRates
{
    private static readonly Sorting Sorting = new("name", descending: false,
        ("name", $"lower(name), id", $"lower(name) desc, id desc"),
        ("rate", $"rate_millionths, id", $"rate_millionths desc, id desc"),
        ("created_at", $"created_at, id", $"created_at desc, id desc"));

    public sealed record Filter
    {
        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(Guid Id, Guid AccountId, string Name, Percent Rate, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"from tax_rates where account_id = {user.Account} {(search is null ? null : (Sql)$"and lower(name) like {search.Pattern}")}";

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"select id, account_id, name, rate_millionths as rate, created_at, updated_at, version {asked} order by {order} {paging.Window}",
            $"select count(*) {asked}", ct));
    }
}
