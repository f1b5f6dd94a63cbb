using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>
/// Every statement that writes <c>jobs</c>. Whoever locks a job and its visits locks the job first. Estimates and invoices are locked before
/// their job, so a use that holds a job only looks at them.
/// </summary>
internal static class JobSql
{
    /// <summary>Locks the job for a change of status. What only refers to the job (a new visit, a new invoice) need not wait.</summary>
    public static Task<Job?> FindToMove(Db db, CurrentUser user, JobId id, CancellationToken ct) => db.FirstAsync($"{Find(user, id)} for no key update", Read, ct);

    /// <summary>Locks the job against everything, new references to it included.</summary>
    public static Task<Job?> FindForUpdate(Db db, CurrentUser user, JobId id, CancellationToken ct) => db.FirstAsync($"{Find(user, id)} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user, new(id), ct))?.Version;

    /// <summary>What stands in the way; holds until the commit when the job was found by <see cref="FindForUpdate"/>.</summary>
    public static async Task<InUse> UsesOfLocked(Db db, Job job, CancellationToken ct) => (await db.FirstAsync<InUse>($"""
        select 0 as jobs,
               (select count(*)::int from estimates where account_id = {job.AccountId} and job_id = {job.Id}) as estimates,
               (select count(*)::int from invoices where account_id = {job.AccountId} and job_id = {job.Id}) as invoices,
               0 as plans
        """, ct))!;

    /// <summary>True when the client has been billed: a draft is not sent yet, and a void invoice bills nothing.</summary>
    public static Task<bool> HasIssuedInvoice(Db db, Job job, CancellationToken ct) => db.ValueAsync<bool>($"""
        select exists (select from invoices where account_id = {job.AccountId} and job_id = {job.Id} and status not in ('draft', 'void'))
        """, ct);

    public static async Task<Job> Insert(Db db, Job job, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into jobs (account_id, id, client_id, property_id, title, description, status, priority, scheduled_start, scheduled_end, created_by)
                values ({job.AccountId}, {job.Id}, {job.ClientId}, {job.PropertyId}, {job.Title}, {job.Description}, {job.Status}, {job.Priority},
                        {job.ScheduledStart}, {job.ScheduledEnd}, {job.CreatedBy})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    public static async Task<Job> Save(Db db, Job job, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                update jobs
                set client_id = {job.ClientId}, property_id = {job.PropertyId}, title = {job.Title}, description = {job.Description}, status = {job.Status},
                    priority = {job.Priority}, scheduled_start = {job.ScheduledStart}, scheduled_end = {job.ScheduledEnd}
                where account_id = {job.AccountId} and id = {job.Id}
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    /// <exception cref="RuleException">CONFLICT: something is recorded on it.</exception>
    public static async Task Delete(Db db, Job job, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"delete from jobs where account_id = {job.AccountId} and id = {job.Id}", ct);
        }
        catch (PostgresException kept) when (kept is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: "an_expense_is_for_a_job_of_its_account" })
        {
            throw JobRules.HasRecordedWork();
        }
    }

    private static Sql Columns =>
        $"id, account_id, client_id, property_id, title, description, status, priority, scheduled_start, scheduled_end, created_by, created_at, updated_at, version";

    // A technician's job is one with a visit of theirs.
    private static Sql Find(CurrentUser user, JobId id) => $"""
        select {Columns} from jobs
        where account_id = {user.Account} and id = {id}
        {Sql.If(!user.IsOffice, $"and exists (select from visit_technicians t where t.account_id = {user.Account} and t.user_id = {user.Id} and t.job_id = {id})")}
        """;

    private static RuleException? Unknown(PostgresException error) => (error.SqlState, error.ConstraintName) switch
    {
        (PostgresErrorCodes.ForeignKeyViolation, "a_job_belongs_to_a_client_of_its_account") => Missing.Of("client", "client_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "a_job_is_at_a_property_of_its_client") => Missing.Of("property of this client", "property_id"),
        _ => null,
    };

    private static Job Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5),
        Words<JobStatus>.Parse(row.GetString(6)),
        row.GetInt32(7),
        row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
        row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        new(row.GetGuid(10)),
        row.GetFieldValue<DateTimeOffset>(11),
        row.GetFieldValue<DateTimeOffset>(12))
    {
        Version = row.GetInt32(13),
    };
}
