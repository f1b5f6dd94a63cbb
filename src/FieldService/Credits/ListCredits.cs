using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits;

/// <summary>What the company holds for its clients: a credit for whatever comes, and the deposits of estimates.</summary>
internal static class ListCredits
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"r.created_at, r.id", $"r.created_at desc, r.id desc"),
        ("balance_cents", $"r.balance_cents, r.id", $"r.balance_cents desc, r.id desc"));

    public sealed record Filter
    {
        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        [FromQuery(Name = "estimate_id")]
        public string? EstimateId { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    /// <param name="EstimateId">The estimate whose deposit it is.</param>
    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? EstimateId, Money BalanceCents, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version) : IVersioned;

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var estimate = ListParameters.Id(filter.EstimateId, "estimate_id");
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            r.account_id = {user.Account}
            {Sql.If(client is not null, $"and r.client_id = {client}")}
            {Sql.If(estimate is not null, $"and r.estimate_id = {estimate}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            {Columns}
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from client_credits r where {asked}", ct));
    }

    /// <summary>One of them.</summary>
    public static async Task<Ok<One<Row>>> Get(CreditId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<Row>($"{Columns} where r.account_id = {user.Account} and r.id = {id}", ct) ?? throw Missing.Of("credit"));

    private static Sql Columns => $"""
        select r.id, r.account_id, r.client_id, c.name as client_name, r.estimate_id, r.balance_cents, r.created_at, r.updated_at, r.version
        from client_credits r
        join clients c on c.account_id = r.account_id and c.id = r.client_id
        """;
}
