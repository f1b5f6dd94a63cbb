using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>Every statement that writes <c>job_plans</c>. A plan is locked before the jobs and visits it has made.</summary>
internal static class JobPlanSql
{
    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user.Account, new(id), ct))?.Version;

    public static Task<JobPlan?> FindForUpdate(Db db, AccountId account, JobPlanId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from job_plans where account_id = {account} and id = {id} for update", Read, ct);

    /// <summary>The plan when something of it is due and no other worker has it in hand.</summary>
    public static Task<JobPlan?> TakeDue(Db db, AccountId account, JobPlanId id, DateTimeOffset now, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from job_plans where account_id = {account} and id = {id} and {IsDue(now)} for update skip locked
        """, Read, ct);

    public static Sql IsDue(DateTimeOffset now) => $"status = 'active' and next_at < {now} + make_interval(days => horizon_days)";

    public static async Task<JobPlan> Insert(Db db, JobPlan plan, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into job_plans (account_id, id, client_id, property_id, title, description, priority, technician_ids, duration_minutes, starts_at_local, time_zone,
                                       rrule, exdates, horizon_days, status, next_at, follows_plan_id, created_by)
                values ({plan.AccountId}, {plan.Id}, {plan.ClientId}, {plan.PropertyId}, {plan.Title}, {plan.Description}, {plan.Priority}, {Ids(plan)},
                        {plan.DurationMinutes}, {plan.StartsAtLocal.Column}, {plan.TimeZone}, {plan.Rrule}, {LeftOut(plan)}, {plan.HorizonDays}, {plan.Status},
                        {plan.NextAt}, {plan.FollowsPlanId}, {plan.CreatedBy})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    public static async Task<JobPlan> Save(Db db, JobPlan plan, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                update job_plans
                set client_id = {plan.ClientId}, property_id = {plan.PropertyId}, title = {plan.Title}, description = {plan.Description}, priority = {plan.Priority},
                    technician_ids = {Ids(plan)}, duration_minutes = {plan.DurationMinutes}, starts_at_local = {plan.StartsAtLocal.Column}, time_zone = {plan.TimeZone},
                    rrule = {plan.Rrule}, exdates = {LeftOut(plan)}, horizon_days = {plan.HorizonDays}, status = {plan.Status}, next_at = {plan.NextAt}
                where account_id = {plan.AccountId} and id = {plan.Id}
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    /// <summary>How far the worker has come; no change of the plan, so its version stays.</summary>
    public static Task SaveProgress(Db db, JobPlan plan, CancellationToken ct) =>
        db.RunAsync($"update job_plans set next_at = {plan.NextAt} where account_id = {plan.AccountId} and id = {plan.Id}", ct);

    public static Sql Columns => $"""
        id, account_id, client_id, property_id, title, description, priority, technician_ids, duration_minutes, starts_at_local, time_zone, rrule, exdates,
        horizon_days, status, next_at, follows_plan_id, created_by, created_at, updated_at, version
        """;

    public static JobPlan Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.GetInt32(6),
        [.. row.GetFieldValue<Guid[]>(7).Select(id => new UserId(id))],
        row.GetInt32(8),
        new(row.GetDateTime(9)),
        row.GetString(10),
        row.GetString(11),
        [.. row.GetFieldValue<DateTime[]>(12).Select(at => new WallTime(at))],
        row.GetInt32(13),
        Words<PlanStatus>.Parse(row.GetString(14)),
        row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
        row.IsDBNull(16) ? null : new(row.GetGuid(16)),
        new(row.GetGuid(17)),
        row.GetFieldValue<DateTimeOffset>(18),
        row.GetFieldValue<DateTimeOffset>(19))
    {
        Version = row.GetInt32(20),
    };

    private static Guid[] Ids(JobPlan plan) => [.. plan.TechnicianIds.Select(id => id.Value)];

    private static DateTime[] LeftOut(JobPlan plan) => [.. plan.Exdates.Select(at => at.Column)];

    private static RuleException? Unknown(PostgresException error) => (error.SqlState, error.ConstraintName) switch
    {
        (PostgresErrorCodes.ForeignKeyViolation, "a_job_plan_belongs_to_a_client_of_its_account") => Missing.Of("client", "client_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "a_job_plan_is_at_a_property_of_its_client") => Missing.Of("property of this client", "property_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "technicians_are_of_the_account") => Missing.Of("user", "technician_ids"),
        _ => null,
    };
}
