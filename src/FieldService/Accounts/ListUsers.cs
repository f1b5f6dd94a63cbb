using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>The people of the company, those who have left included unless only the active are asked for.</summary>
internal static class ListUsers
{
    private static readonly Sorting Sorting = new("full_name", descending: false,
        ("full_name", $"lower(full_name), id", $"lower(full_name) desc, id desc"),
        ("email", $"email, id", $"email desc, id desc"),
        ("created_at", $"created_at, id", $"created_at desc, id desc"));

    public enum Standing { Active, Deactivated }

    public sealed record Filter
    {
        public string? Status { get; init; }

        public string? Role { get; init; }

        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, string Email, string FullName, string? Phone, string Role, DateTimeOffset? DeactivatedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        int Version) : IVersioned;

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var standing = ListParameters.Word<Standing>(filter.Status, "status");
        var role = ListParameters.Word<UserRole>(filter.Role, "role");
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            account_id = {user.Account}
            {Sql.If(standing is not null, $"and (deactivated_at is null) = {standing is Standing.Active}")}
            {Sql.If(role is not null, $"and role = {role}")}
            {(search is null ? null : (Sql)$"and lower(concat_ws(' ', full_name, email, phone)) like {search.Pattern}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            select id, account_id, email, full_name, phone, role, deactivated_at, created_at, updated_at, version from users
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from users where {asked}", ct));
    }
}
