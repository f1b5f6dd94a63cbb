using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>Every statement that writes <c>visits</c>. The lock order is job, then visit: see <see cref="FindWithJob"/>.</summary>
internal static class VisitSql
{
    /// <summary>
    /// Locks the visit's job and then the visit, so that two visits of one job move one after the other and each sees what the other left.
    /// A visit never changes its job, so the job may be looked up before anything is locked.
    /// </summary>
    public static async Task<(Visit Visit, Job Job)?> FindWithJob(Db db, CurrentUser user, VisitId id, CancellationToken ct)
    {
        if (await db.ValueAsync<Guid?>($"select job_id from visits where account_id = {user.Account} and id = {id} {TheirOwn(user)}", ct) is not { } job) return null;
        if (await JobSql.FindToMove(db, user, new(job), ct) is not { } locked) return null;
        if (await FindForUpdate(db, user, id, ct) is not { } visit) return null;

        return (visit, locked);
    }

    /// <summary>Locks the visit alone, for a change that does not concern its job.</summary>
    public static Task<Visit?> FindForUpdate(Db db, CurrentUser user, VisitId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from visits where account_id = {user.Account} and id = {id} {TheirOwn(user)} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindWithJob(db, user, new(id), ct))?.Visit.Version;

    /// <summary>Whether anybody still has to come or to finish; also counts what the caller may not see.</summary>
    public static Task<bool> AnyOpen(Db db, JobId job, CancellationToken ct) => db.ValueAsync<bool>($"select job_has_open_visits({job})", ct);

    public static async Task<Visit> Insert(Db db, Visit visit, CancellationToken ct) => (await db.FirstAsync($"""
        insert into visits (account_id, id, job_id, assigned_user_id, status, scheduled_start, scheduled_end, tech_notes)
        values ({visit.AccountId}, {visit.Id}, {visit.JobId}, {visit.AssignedUserId}, {visit.Status}, {visit.ScheduledStart}, {visit.ScheduledEnd}, {visit.TechNotes})
        returning {Columns}
        """, Read, ct))!;

    public static async Task<Visit> Save(Db db, Visit visit, CancellationToken ct) => (await db.FirstAsync($"""
        update visits
        set assigned_user_id = {visit.AssignedUserId}, status = {visit.Status}, scheduled_start = {visit.ScheduledStart}, scheduled_end = {visit.ScheduledEnd},
            arrived_at = {visit.ArrivedAt}, completed_at = {visit.CompletedAt}, tech_notes = {visit.TechNotes}
        where account_id = {visit.AccountId} and id = {visit.Id}
        returning {Columns}
        """, Read, ct))!;

    /// <returns>What was deleted, for the audit log.</returns>
    /// <exception cref="RuleException">CONFLICT: something is recorded on one of them.</exception>
    public static async Task<List<Visit>> DeleteOfJob(Db db, AccountId account, JobId job, CancellationToken ct)
    {
        try
        {
            return await db.ListAsync($"delete from visits where account_id = {account} and job_id = {job} returning {Columns}", Read, ct);
        }
        catch (PostgresException kept) when (kept is
        {
            SqlState: PostgresErrorCodes.ForeignKeyViolation,
            ConstraintName: "a_time_entry_is_on_a_visit_of_its_job" or "a_part_was_used_on_a_visit_of_its_job" or "an_expense_is_for_a_visit_of_its_job",
        })
        {
            throw JobRules.HasRecordedWork();
        }
    }

    private static Sql Columns =>
        $"id, account_id, job_id, assigned_user_id, status, scheduled_start, scheduled_end, arrived_at, completed_at, tech_notes, created_at, updated_at, version";

    private static Sql? TheirOwn(CurrentUser user) => Sql.If(!user.IsOffice, $"and assigned_user_id = {user.Id}");

    private static Visit Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        Words<VisitStatus>.Parse(row.GetString(4)),
        row.GetFieldValue<DateTimeOffset>(5),
        row.GetFieldValue<DateTimeOffset>(6),
        row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
        row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.GetFieldValue<DateTimeOffset>(10),
        row.GetFieldValue<DateTimeOffset>(11))
    {
        Version = row.GetInt32(12),
    };
}
