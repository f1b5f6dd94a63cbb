using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>The report of a plan: what became of each time it came round, what was missed or skipped, and which visits wait for a technician and why.</summary>
internal static class ListOccurrences
{
    private static readonly Sorting Sorting = new("at", descending: true,
        ("at", $"o.at, o.occurs_at_local", $"o.at desc, o.occurs_at_local desc"));

    public sealed record Filter
    {
        public string? Status { get; init; }

        public string? Trouble { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        WallTime OccursAtLocal, DateTimeOffset At, OccurrenceStatus Status, bool IsException, OccurrenceTrouble? Trouble, Guid? JobId, Guid? VisitId, string? JobStatus,
        string? VisitStatus, DateTimeOffset? ScheduledStart, DateTimeOffset? ScheduledEnd, Guid? AssignedUserId);

    private sealed record Found(
        DateTime OccursAtLocal, DateTimeOffset At, string Status, bool IsException, string? Trouble, Guid? JobId, Guid? VisitId, string? JobStatus, string? VisitStatus,
        DateTimeOffset? ScheduledStart, DateTimeOffset? ScheduledEnd, Guid? AssignedUserId);

    public static async Task<Ok<Page<Row>>> Handle(JobPlanId id, [AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var status = ListParameters.Word<OccurrenceStatus>(filter.Status, "status");
        var trouble = ListParameters.Word<OccurrenceTrouble>(filter.Trouble, "trouble");
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            o.account_id = {user.Account} and o.plan_id = {id}
            {Sql.If(status is not null, $"and o.status = {status}")}
            {Sql.If(trouble is not null, $"and o.trouble = {trouble}")}
            """;

        var (found, total) = await db.PageAsync<Found>(
            $"""
            select o.occurs_at_local, o.at, o.status, o.is_exception, o.trouble, o.job_id, o.visit_id, j.status as job_status, v.status as visit_status, v.scheduled_start,
                   v.scheduled_end, v.assigned_user_id
            from job_plan_occurrences o
            left join jobs j on j.account_id = o.account_id and j.id = o.job_id
            left join visits v on v.account_id = o.account_id and v.id = o.visit_id
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from job_plan_occurrences o where {asked}", ct);
        if (total == 0) await GetJobPlan.Handle(id, user, db, ct);

        return Answers.Page(paging, (found.ConvertAll(o => new Row(
            new(o.OccursAtLocal), o.At, Kernel.Words<OccurrenceStatus>.Parse(o.Status), o.IsException, o.Trouble is null ? null : Kernel.Words<OccurrenceTrouble>.Parse(o.Trouble),
            o.JobId, o.VisitId, o.JobStatus, o.VisitStatus, o.ScheduledStart, o.ScheduledEnd, o.AssignedUserId)), total));
    }
}
