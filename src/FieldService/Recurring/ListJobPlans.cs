using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>The plans of the company, with how many of their visits were made without technicians and are still to come.</summary>
internal static class ListJobPlans
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"p.created_at, p.id", $"p.created_at desc, p.id desc"),
        ("next_at", $"p.next_at nulls last, p.id", $"p.next_at desc nulls last, p.id desc"),
        ("title", $"lower(p.title), p.id", $"lower(p.title) desc, p.id desc"),
        ("status", $"p.status, p.created_at, p.id", $"p.status desc, p.created_at desc, p.id desc"));

    public sealed record Filter
    {
        public string? Status { get; init; }

        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        [FromQuery(Name = "property_id")]
        public string? PropertyId { get; init; }

        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? PropertyId, string? PropertyAddress, string Title, int Priority, int DurationMinutes, string TimeZone,
        string Rrule, int HorizonDays, string Status, DateTimeOffset? NextAt, long Troubles, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version);

    public static async Task<Ok<Page<Row>>> Handle(
        [AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var status = ListParameters.Word<PlanStatus>(filter.Status, "status");
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var property = ListParameters.Id(filter.PropertyId, "property_id");
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            p.account_id = {user.Account}
            {Sql.If(status is not null, $"and p.status = {status}")}
            {Sql.If(client is not null, $"and p.client_id = {client}")}
            {Sql.If(property is not null, $"and p.property_id = {property}")}
            {(search is null ? null : (Sql)$"and lower(p.title) like {search.Pattern}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            select p.id, p.account_id, p.client_id, c.name as client_name, p.property_id, s.address as property_address, p.title, p.priority, p.duration_minutes, p.time_zone,
                   p.rrule, p.horizon_days, p.status, p.next_at,
                   (select count(*) from job_plan_occurrences o
                    where o.account_id = p.account_id and o.plan_id = p.id and o.trouble is not null and o.at >= {clock.GetUtcNow()}) as troubles,
                   p.created_at, p.updated_at, p.version
            from (select * from job_plans p where {asked} order by {order} {paging.Window}) p
            join clients c on c.account_id = p.account_id and c.id = p.client_id
            left join properties s on s.account_id = p.account_id and s.id = p.property_id
            order by {order}
            """,
            $"select count(*) from job_plans p where {asked}", ct));
    }
}
