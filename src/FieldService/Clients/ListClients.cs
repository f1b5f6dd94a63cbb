using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>The clients of the company, found by any part of name, company, e-mail or telephone. The notes are left to the single client.</summary>
internal static class ListClients
{
    private static readonly Sorting Sorting = new("name", descending: false,
        ("name", $"lower(c.name), c.id", $"lower(c.name) desc, c.id desc"),
        ("created_at", $"c.created_at, c.id", $"c.created_at desc, c.id desc"));

    public sealed record Filter
    {
        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, string Name, string? CompanyName, string? Email, string? Phone, string? AddressLine1, string? City, string? State, string? Zip,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int PropertyCount, int JobCount);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, user);

        return Answers.Page(paging, await db.PageAsync<Row>(search,
            $"""
            with page as materialized (select c.id {Answers.Counted(search)} from clients c where {asked} order by {order} {paging.Window})
            select c.id, c.account_id, c.name, c.company_name, c.email, c.phone, c.address_line1, c.city, c.state, c.zip, c.created_at, c.updated_at,
                   (select count(*)::int from properties p where p.account_id = c.account_id and p.client_id = c.id) as property_count,
                   (select count(*)::int from jobs j where j.account_id = c.account_id and j.client_id = c.id) as job_count {Answers.Total(search)}
            from page
            join clients c on c.account_id = {user.Account} and c.id = page.id
            order by {order}
            """,
            $"select count(*) from clients c where {asked}", ct));
    }

    /// <summary>A condition: the client <c>c</c> is asked for.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static Sql Asked(Filter filter, CurrentUser user) => $"""
        c.account_id = {user.Account}
        {(ListParameters.Search(filter.Q) is { } search ? ClientSearch.And(search) : null)}
        """;
}
