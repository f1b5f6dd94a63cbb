using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys;

/// <summary>Every key of the company, whoever made it, so that the office sees what can be done from outside and by whom.</summary>
internal static class ListApiKeys
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"k.created_at, k.id", $"k.created_at desc, k.id desc"),
        ("name", $"lower(k.name), k.id", $"lower(k.name) desc, k.id desc"),
        ("last_used_at", $"k.last_used_at nulls first, k.id", $"k.last_used_at desc nulls last, k.id desc"));

    public enum Standing { Active, Expired, Revoked }

    public sealed record Filter
    {
        public string? Status { get; init; }

        [FromQuery(Name = "user_id")]
        public string? UserId { get; init; }

        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public static async Task<Ok<Page<ApiKey>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var standing = ListParameters.Word<Standing>(filter.Status, "status");
        var of = ListParameters.Id(filter.UserId, "user_id");
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        var now = clock.GetUtcNow();
        Sql asked = $"""
            k.account_id = {user.Account}
            {Sql.If(standing is not null, $"and case when k.revoked_at is not null then 'revoked' when k.expires_at <= {now} then 'expired' else 'active' end = {standing}")}
            {Sql.If(of is not null, $"and k.user_id = {of}")}
            {(search is null ? null : (Sql)$"and lower(k.name) like {search.Pattern}")}
            """;

        var found = await db.ReadAsync(
            [
                $"select {ApiKeySql.Columns} from api_keys k where {asked} order by {order} {paging.Window}",
                $"select count(*) from api_keys k where {asked}",
            ],
            async (sets, token) => (await sets.ListAsync(ApiKeySql.Read, token), (await sets.ListAsync(row => row.GetInt64(0), token))[0]), ct);
        return Answers.Page(paging, found);
    }
}
