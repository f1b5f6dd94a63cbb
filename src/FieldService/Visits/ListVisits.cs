using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>Who goes where and when. A technician sees their own visits.</summary>
internal static class ListVisits
{
    private static readonly Sorting Sorting = new("scheduled_start", descending: false,
        ("scheduled_start", $"v.scheduled_start, v.id", $"v.scheduled_start desc, v.id desc"),
        ("created_at", $"v.created_at, v.id", $"v.created_at desc, v.id desc"),
        ("status", $"v.status, v.scheduled_start, v.id", $"v.status desc, v.scheduled_start desc, v.id desc"));

    /// <param name="From">The earliest scheduled start that is asked for.</param>
    /// <param name="To">The scheduled start before which the list ends.</param>
    public sealed record Filter
    {
        public string? Status { get; init; }

        [FromQuery(Name = "assigned_user_id")]
        public string? AssignedUserId { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }

        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid JobId, string JobTitle, string ClientName, string? PropertyAddress, Guid? AssignedUserId, string? AssignedUserName, string Status,
        DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, DateTimeOffset? ArrivedAt, DateTimeOffset? CompletedAt, string? TechNotes,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version, string TimeZone, DateTime LocalStart, DateTime LocalEnd, bool IsDoubleBooked, Guid[] TechnicianIds) : IVersioned;

    /// <summary>A visit as it is shown: with the names of its job, client, place and technician.</summary>
    public static Sql Rows => $"""
        {Columns}
        {Tables}
        """;

    private static Sql Columns => $"""
        select v.id, v.account_id, v.job_id, j.title as job_title, c.name as client_name, p.address as property_address, v.assigned_user_id,
               u.full_name as assigned_user_name, v.status, v.scheduled_start, v.scheduled_end, v.arrived_at, v.completed_at, v.tech_notes,
               v.created_at, v.updated_at, v.version, v.time_zone, v.local_start, v.local_end, v.is_double_booked,
               array(select t.user_id from visit_technicians t where t.account_id = v.account_id and t.visit_id = v.id
                     order by t.user_id is distinct from v.assigned_user_id, t.user_id) as technician_ids
        """;

    private static Sql Tables => $"""
        from visits v
        join jobs j on j.account_id = v.account_id and j.id = v.job_id
        join clients c on c.account_id = j.account_id and c.id = j.client_id
        left join properties p on p.account_id = j.account_id and p.id = j.property_id
        left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id
        """;

    /// <summary>Only those to which somebody goes, as the lead or beside them.</summary>
    public static Sql With(AccountId account, UserId person) =>
        $"and v.id in (select t.visit_id from visit_technicians t where t.account_id = {account} and t.user_id = {person})";

    public static Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Find(paging, filter, null, user, db, ct);

    public static async Task<Ok<Page<Row>>> OfJob(JobId id, [AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var answer = await Find(paging, filter, id, user, db, ct);
        if (answer.Value!.Pagination.Total == 0) await GetJob.Handle(id, user, db, ct);

        return answer;
    }

    private static async Task<Ok<Page<Row>>> Find(Paging paging, Filter filter, JobId? job, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var search = ListParameters.Search(filter.Q);
        var order = Sorting.By(filter.Sort, filter.Order);
        var asked = Asked(filter, job, user);

        return Answers.Page(paging, await db.PageAsync<Row>(search,
            $"""
            with page as materialized (select v.id {Answers.Counted(search)} from visits v where {asked} order by {order} {paging.Window})
            {Columns} {Answers.Total(search)}
            {Tables}
            join page on page.id = v.id
            where v.account_id = {user.Account}
            order by {order}
            """,
            $"select count(*) from visits v where {asked}", ct));
    }

    /// <summary>A condition: the visit <c>v</c> is asked for, and may be seen.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static Sql Asked(Filter filter, JobId? job, CurrentUser user)
    {
        var status = ListParameters.Word<VisitStatus>(filter.Status, "status");
        var assigned = ListParameters.Id(filter.AssignedUserId, "assigned_user_id");
        var from = ListParameters.Instant(filter.From, "from");
        var to = ListParameters.Instant(filter.To, "to");
        var search = ListParameters.Search(filter.Q);
        return $"""
            v.account_id = {user.Account}
            {Sql.If(!user.IsOffice, With(user.Account, user.Id))}
            {Sql.If(job is not null, $"and v.job_id = {job}")}
            {Sql.If(status is not null, $"and v.status = {status}")}
            {Sql.If(assigned is not null, $"and v.assigned_user_id = {assigned}")}
            {Sql.If(from is not null, $"and v.scheduled_start >= {from}")}
            {Sql.If(to is not null, $"and v.scheduled_start < {to}")}
            {(search is null ? null : (Sql)$"and v.job_id = any ({JobSearch.Ids(search)})")}
            """;
    }
}
