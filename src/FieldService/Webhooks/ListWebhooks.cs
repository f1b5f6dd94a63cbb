using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>The webhooks of the company and how they do.</summary>
internal static class ListWebhooks
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"w.created_at, w.id", $"w.created_at desc, w.id desc"),
        ("url", $"w.url, w.id", $"w.url desc, w.id desc"));

    public enum Standing { Enabled, Disabled }

    public sealed record Filter
    {
        public string? Status { get; init; }

        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public static async Task<Ok<Page<Webhook>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var standing = ListParameters.Word<Standing>(filter.Status, "status");
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            w.account_id = {user.Account}
            {Sql.If(standing is not null, $"and w.enabled = {standing is Standing.Enabled}")}
            {(search is null ? null : (Sql)$"and lower(concat_ws(' ', w.url, w.description)) like {search.Pattern}")}
            """;

        var found = await db.ReadAsync(
            [
                $"select {WebhookSql.Columns} from webhooks w where {asked} order by {order} {paging.Window}",
                $"select count(*) from webhooks w where {asked}",
            ],
            async (sets, token) => (await sets.ListAsync(WebhookSql.Read, token), (await sets.ListAsync(row => row.GetInt64(0), token))[0]), ct);
        return Answers.Page(paging, found);
    }
}
