using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>The places the company works at, found by any part of name, address or client. The notes are left to the single property.</summary>
internal static class ListProperties
{
    private static readonly Sorting Sorting = new("address", descending: false,
        ("address", $"lower(p.address), p.id", $"lower(p.address) desc, p.id desc"),
        ("client_name", $"lower(c.name), lower(p.address), p.id", $"lower(c.name) desc, lower(p.address) desc, p.id desc"),
        ("created_at", $"p.created_at, p.id", $"p.created_at desc, p.id desc"));

    public sealed record Filter
    {
        public string? Q { get; init; }

        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record OrderOnly
    {
        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, string? Name, string Address, string? City, string? State, string? Zip,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int JobCount, int VisitCount);

    public static Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Find(paging, filter, user, db, ct);

    public static async Task<Ok<Page<Row>>> OfClient(ClientId id, [AsParameters] Paging paging, [AsParameters] OrderOnly filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var answer = await Find(paging, new() { Q = filter.Q, ClientId = id.Value.ToString(), Sort = filter.Sort, Order = filter.Order }, user, db, ct);
        if (answer.Value!.Pagination.Total == 0 && !await db.ValueAsync<bool>($"select exists (select from clients where account_id = {user.Account} and id = {id})", ct))
        {
            throw Missing.Of("client");
        }

        return answer;
    }

    private static async Task<Ok<Page<Row>>> Find(Paging paging, Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, user);
        Sql clients = $"join clients c on c.account_id = p.account_id and c.id = p.client_id";

        return Answers.Page(paging, await db.PageAsync<Row>(search,
            $"""
            with page as materialized (
              select p.id {Answers.Counted(search)} from properties p
              {Sql.If(filter.Sort is "client_name", clients)}
              where {asked} order by {order} {paging.Window}
            )
            select p.id, p.account_id, p.client_id, c.name as client_name, p.name, p.address, p.city, p.state, p.zip, p.created_at, p.updated_at,
                   (select count(*)::int from jobs j where j.account_id = p.account_id and j.property_id = p.id) as job_count,
                   (select count(*)::int from jobs j join visits v on v.account_id = j.account_id and v.job_id = j.id
                    where j.account_id = p.account_id and j.property_id = p.id) as visit_count {Answers.Total(search)}
            from page
            join properties p on p.account_id = {user.Account} and p.id = page.id
            {clients}
            order by {order}
            """,
            $"select count(*) from properties p where {asked}", ct));
    }

    /// <summary>A condition: the property <c>p</c> is asked for.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static Sql Asked(Filter filter, CurrentUser user)
    {
        var search = ListParameters.Search(filter.Q);
        var client = ListParameters.Id(filter.ClientId, "client_id");
        return $"""
            p.account_id = {user.Account}
            {Sql.If(client is not null, $"and p.client_id = {client}")}
            {(search is null ? null : PropertySearch.And(search))}
            """;
    }
}
