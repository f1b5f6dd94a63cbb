using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>Every statement that writes <c>job_plan_occurrences</c>. Whoever writes one holds the lock on its plan.</summary>
internal static class OccurrenceSql
{
    public static Task<PlanOccurrence?> Find(Db db, JobPlan plan, WallTime local, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from job_plan_occurrences where account_id = {plan.AccountId} and plan_id = {plan.Id} and occurs_at_local = {local.Column}
        """, Read, ct);

    /// <summary>Everything known of the times from a moment on, in order.</summary>
    public static Task<List<PlanOccurrence>> From(Db db, JobPlan plan, DateTimeOffset from, CancellationToken ct) => db.ListAsync($"""
        select {Columns} from job_plan_occurrences where account_id = {plan.AccountId} and plan_id = {plan.Id} and at >= {from} order by at, occurs_at_local
        """, Read, ct);

    /// <returns>False when something is known of this time already; then nothing is done again.</returns>
    public static async Task<bool> Add(Db db, AccountId account, PlanOccurrence occurrence, CancellationToken ct) => await db.RunAsync($"""
        insert into job_plan_occurrences (account_id, plan_id, occurs_at_local, status, at, is_exception)
        values ({account}, {occurrence.PlanId}, {occurrence.OccursAtLocal.Column}, {occurrence.Status}, {occurrence.At}, {occurrence.IsException})
        on conflict do nothing
        """, ct) == 1;

    public static Task Save(Db db, AccountId account, PlanOccurrence occurrence, CancellationToken ct) => db.RunAsync($"""
        update job_plan_occurrences
        set status = {occurrence.Status}, job_id = {occurrence.JobId}, visit_id = {occurrence.VisitId}, job_version = {occurrence.JobVersion},
            visit_version = {occurrence.VisitVersion}, is_exception = {occurrence.IsException}, trouble = {occurrence.Trouble}
        where account_id = {account} and plan_id = {occurrence.PlanId} and occurs_at_local = {occurrence.OccursAtLocal.Column}
        """, ct);

    /// <summary>The same day of another rule: what is known of it goes over.</summary>
    public static Task Move(Db db, AccountId account, PlanOccurrence from, PlanOccurrence to, CancellationToken ct) => db.RunAsync($"""
        update job_plan_occurrences set plan_id = {to.PlanId}, occurs_at_local = {to.OccursAtLocal.Column}, at = {to.At}
        where account_id = {account} and plan_id = {from.PlanId} and occurs_at_local = {from.OccursAtLocal.Column}
        """, ct);

    public static Task Forget(Db db, AccountId account, PlanOccurrence occurrence, CancellationToken ct) => db.RunAsync($"""
        delete from job_plan_occurrences
        where account_id = {account} and plan_id = {occurrence.PlanId} and occurs_at_local = {occurrence.OccursAtLocal.Column}
        """, ct);

    private static Sql Columns => $"plan_id, occurs_at_local, status, at, job_id, visit_id, job_version, visit_version, is_exception, trouble";

    private static PlanOccurrence Read(DbDataReader row) => new(new(row.GetGuid(0)), new(row.GetDateTime(1)), Words<OccurrenceStatus>.Parse(row.GetString(2)), row.GetFieldValue<DateTimeOffset>(3))
    {
        JobId = row.IsDBNull(4) ? null : new(row.GetGuid(4)),
        VisitId = row.IsDBNull(5) ? null : new(row.GetGuid(5)),
        JobVersion = row.IsDBNull(6) ? null : row.GetInt32(6),
        VisitVersion = row.IsDBNull(7) ? null : row.GetInt32(7),
        IsException = row.GetBoolean(8),
        Trouble = row.IsDBNull(9) ? null : Words<OccurrenceTrouble>.Parse(row.GetString(9)),
    };
}
