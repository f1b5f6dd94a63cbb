using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>The jobs of the company; a technician sees those with a visit of theirs. The description is left to the single job.</summary>
internal static class ListJobs
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"j.created_at, j.id", $"j.created_at desc, j.id desc"),
        ("scheduled_start", $"j.scheduled_start nulls last, j.id", $"j.scheduled_start desc nulls last, j.id desc"),
        ("priority", $"j.priority, j.created_at, j.id", $"j.priority desc, j.created_at desc, j.id desc"),
        ("title", $"lower(j.title), j.id", $"lower(j.title) desc, j.id desc"),
        ("status", $"j.status, j.created_at, j.id", $"j.status desc, j.created_at desc, j.id desc"));

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
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? PropertyId, string Title, string Status, int Priority,
        DateTimeOffset? ScheduledStart, DateTimeOffset? ScheduledEnd, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, user);

        // The page first, then what is shown of it.
        return Answers.Page(paging, await db.PageAsync<Row>(search,
            $"""
            with page as materialized (select j.id {Answers.Counted(search)} from jobs j where {asked} order by {order} {paging.Window})
            select j.id, j.account_id, j.client_id, c.name as client_name, j.property_id, j.title, j.status, j.priority, j.scheduled_start, j.scheduled_end, j.created_by, j.created_at, j.updated_at
                   {Answers.Total(search)}
            from page
            join jobs j on j.account_id = {user.Account} and j.id = page.id
            join clients c on c.account_id = {user.Account} and c.id = j.client_id
            order by {order}
            """,
            $"select count(*) from jobs j where {asked}", ct));
    }

    /// <summary>A condition: the job <c>j</c> is asked for, and may be seen.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static Sql Asked(Filter filter, CurrentUser user)
    {
        var status = ListParameters.Word<JobStatus>(filter.Status, "status");
        var client = ListParameters.Id(filter.ClientId, "client_id");
        var property = ListParameters.Id(filter.PropertyId, "property_id");
        var search = ListParameters.Search(filter.Q);
        return $"""
            j.account_id = {user.Account}
            {(user.IsOffice ? null : JobSearch.OwnOf(user))}
            {Sql.If(status is not null, $"and j.status = {status}")}
            {Sql.If(client is not null, $"and j.client_id = {client}")}
            {Sql.If(property is not null, $"and j.property_id = {property}")}
            {(search is null ? null : JobSearch.And(search))}
            """;
    }
}
