using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>Who spent which time on what, the latest first. A technician sees their own. A timer that was forgotten is marked, never cut off.</summary>
internal static class ListTime
{
    /// <summary>A timer that runs longer than any day of work was forgotten.</summary>
    internal static readonly TimeSpan Forgotten = TimeSpan.FromHours(12);

    public enum State { Running, Forgotten, Ended }

    private static readonly Sorting Sorting = new("started_at", descending: true,
        ("started_at", $"t.started_at, t.id", $"t.started_at desc, t.id desc"),
        ("created_at", $"t.created_at, t.id", $"t.created_at desc, t.id desc"));

    /// <param name="From">The earliest start that is asked for.</param>
    /// <param name="To">The start before which the list ends.</param>
    public sealed record Filter
    {
        [FromQuery(Name = "user_id")]
        public string? UserId { get; init; }

        [FromQuery(Name = "visit_id")]
        public string? VisitId { get; init; }

        [FromQuery(Name = "job_id")]
        public string? JobId { get; init; }

        public string? Kind { get; init; }

        public string? Status { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid UserId, string UserName, Guid? VisitId, Guid? JobId, string? JobTitle, string Kind, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
        long? Seconds, bool IsRunning, bool IsForgotten, bool IsBillable, bool IsBilled, string? Note, string? EditReason, Guid CreatedBy, DateTimeOffset CreatedAt,
        DateTimeOffset UpdatedAt, int Version) : IVersioned;

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var person = ListParameters.Id(filter.UserId, "user_id");
        var visit = ListParameters.Id(filter.VisitId, "visit_id");
        var job = ListParameters.Id(filter.JobId, "job_id");
        var kind = ListParameters.Word<TimeKind>(filter.Kind, "kind");
        var state = ListParameters.Word<State>(filter.Status, "status");
        var from = ListParameters.Instant(filter.From, "from");
        var to = ListParameters.Instant(filter.To, "to");
        var order = Sorting.By(filter.Sort, filter.Order);
        var forgotten = clock.GetUtcNow() - Forgotten;
        Sql asked = $"""
            where t.account_id = {user.Account}
            {Sql.If(!user.IsOffice, $"and t.user_id = {user.Id}")}
            {Sql.If(person is not null, $"and t.user_id = {person}")}
            {Sql.If(visit is not null, $"and t.visit_id = {visit}")}
            {Sql.If(job is not null, $"and t.job_id = {job}")}
            {Sql.If(kind is not null, $"and t.kind = {kind}")}
            {Sql.If(state is State.Running, $"and t.ended_at is null")}
            {Sql.If(state is State.Forgotten, $"and t.ended_at is null and t.started_at < {forgotten}")}
            {Sql.If(state is State.Ended, $"and t.ended_at is not null")}
            {Sql.If(from is not null, $"and t.started_at >= {from}")}
            {Sql.If(to is not null, $"and t.started_at < {to}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"with page as materialized (select t.* from time_entries t {asked} order by {order} {paging.Window}) {Rows($"page", clock)} order by {order}",
            $"select count(*) from time_entries t {asked}", ct));
    }

    public static async Task<Ok<One<Row>>> One(TimeEntryId id, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<Row>($"""
            {Rows($"time_entries", clock)} where t.account_id = {user.Account} and t.id = {id} {Sql.If(!user.IsOffice, $"and t.user_id = {user.Id}")}
            """, ct) ?? throw Missing.Of("time entry"));

    private static Sql Rows(Sql entries, TimeProvider clock) => $"""
        select t.id, t.account_id, t.user_id, u.full_name as user_name, t.visit_id, t.job_id, j.title as job_title, t.kind, t.started_at, t.ended_at,
               extract(epoch from t.ended_at - t.started_at)::bigint as seconds, t.ended_at is null as is_running,
               t.ended_at is null and t.started_at < {clock.GetUtcNow() - Forgotten} as is_forgotten, t.is_billable,
               invoice_that_bills(t.id) is not null as is_billed, t.note, t.edit_reason, t.created_by, t.created_at, t.updated_at, t.version
        from {entries} t
        join users u on u.account_id = t.account_id and u.id = t.user_id
        left join jobs j on j.account_id = t.account_id and j.id = t.job_id
        """;
}
