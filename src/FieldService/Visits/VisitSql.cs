using System.Data.Common;
using NodaTime;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Schedule;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>
/// Every statement that writes <c>visits</c> and <c>visit_technicians</c>. The lock order is job, then visits by id, then people, see
/// <see cref="Accounts.UserSql.LockToSchedule"/>; nothing that stands on a calendar is written before all of them are held.
/// </summary>
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
    public static Task<Visit?> FindForUpdate(Db db, CurrentUser user, VisitId id, CancellationToken ct) => db.ReadAsync(
        [
            $"select {Columns} from visits where account_id = {user.Account} and id = {id} {TheirOwn(user)} for update",
            // A statement of its own: it sees what whoever held the lock has left.
            $"select user_id from visit_technicians where account_id = {user.Account} and visit_id = {id} order by user_id",
        ],
        async (results, token) =>
        {
            var visit = await results.FirstAsync(Read, token);
            var everybody = await results.ListAsync(row => new UserId(row.GetGuid(0)), token);
            return visit is null ? null : visit with { TechnicianIds = Crew.Of(visit.AssignedUserId, everybody) };
        }, ct);

    /// <summary>The zone of the site of a job; the account's where the site has none of its own.</summary>
    public static async Task<DateTimeZone> ZoneOf(Db db, CurrentUser user, Job job, CancellationToken ct) => SiteTime.ZoneOrUtc(
        (job.PropertyId is null ? null : await db.ValueAsync<string>($"select time_zone from properties where account_id = {job.AccountId} and id = {job.PropertyId}", ct)) ?? user.TimeZone);

    /// <inheritdoc cref="ZoneOf(Db, CurrentUser, Job, CancellationToken)"/>
    public static async Task<DateTimeZone> ZoneOf(Db db, CurrentUser user, Visit visit, CancellationToken ct) => SiteTime.ZoneOrUtc(await db.ValueAsync<string>($"""
        select p.time_zone from jobs j join properties p on p.account_id = j.account_id and p.id = j.property_id
        where j.account_id = {visit.AccountId} and j.id = {visit.JobId}
        """, ct) ?? user.TimeZone);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindWithJob(db, user, new(id), ct))?.Visit.Version;

    /// <summary>Whether anybody still has to come or to finish; also counts what the caller may not see.</summary>
    public static Task<bool> AnyOpen(Db db, JobId job, CancellationToken ct) => db.ValueAsync<bool>($"select job_has_open_visits({job})", ct);

    public static async Task<Visit> Insert(Db db, Visit visit, CancellationToken ct)
    {
        try
        {
            var inserted = (await db.FirstAsync($"""
                insert into visits (account_id, id, job_id, assigned_user_id, status, scheduled_start, scheduled_end, local_start, local_end, time_zone, is_double_booked, tech_notes)
                values ({visit.AccountId}, {visit.Id}, {visit.JobId}, {visit.AssignedUserId}, {visit.Status}, {visit.ScheduledStart}, {visit.ScheduledEnd},
                        {visit.LocalStart.ToDateTimeUnspecified()}, {visit.LocalEnd.ToDateTimeUnspecified()}, {visit.TimeZone}, {visit.IsDoubleBooked}, {visit.TechNotes})
                returning {Columns}
                """, Read, ct))!;
            await AddTechnicians(db, visit, ct);
            return inserted with { TechnicianIds = visit.TechnicianIds };
        }
        catch (PostgresException overlap) when (IsOverlap(overlap))
        {
            throw ScheduleRules.BookedMeanwhile();
        }
    }

    /// <summary>Saves the time and the people of a visit with the rest. The caller holds the locks of everybody who goes.</summary>
    public static async Task<Visit> SaveScheduled(Db db, Visit visit, CancellationToken ct)
    {
        try
        {
            // Whoever stays at home goes first: the new time is none of theirs any more.
            await db.RunAsync($"""
                delete from visit_technicians
                where account_id = {visit.AccountId} and visit_id = {visit.Id} and user_id <> all ({visit.TechnicianIds.Select(person => person.Value).ToArray()})
                """, ct);
            var saved = await Save(db, visit, ct);
            await AddTechnicians(db, visit, ct);
            return saved with { TechnicianIds = visit.TechnicianIds };
        }
        catch (PostgresException overlap) when (IsOverlap(overlap))
        {
            throw ScheduleRules.BookedMeanwhile();
        }
    }

    public static async Task<Visit> Save(Db db, Visit visit, CancellationToken ct) => (await db.FirstAsync($"""
        update visits
        set assigned_user_id = {visit.AssignedUserId}, status = {visit.Status}, scheduled_start = {visit.ScheduledStart}, scheduled_end = {visit.ScheduledEnd},
            local_start = {visit.LocalStart.ToDateTimeUnspecified()}, local_end = {visit.LocalEnd.ToDateTimeUnspecified()}, time_zone = {visit.TimeZone},
            is_double_booked = {visit.IsDoubleBooked}, arrived_at = {visit.ArrivedAt}, completed_at = {visit.CompletedAt}, tech_notes = {visit.TechNotes}
        where account_id = {visit.AccountId} and id = {visit.Id}
        returning {Columns}
        """, Read, ct))! with { TechnicianIds = visit.TechnicianIds };

    /// <returns>What was deleted, for the audit log.</returns>
    /// <exception cref="RuleException">CONFLICT: something is recorded on one of them.</exception>
    public static async Task<List<Visit>> DeleteOfJob(Db db, AccountId account, JobId job, CancellationToken ct)
    {
        try
        {
            return await db.ListAsync($"""
                delete from visits where account_id = {account} and job_id = {job}
                returning {Columns}, array(select t.user_id from visit_technicians t where t.account_id = visits.account_id and t.visit_id = visits.id order by t.user_id)
                """,
                row => Read(row) is var visit ? visit with { TechnicianIds = Crew.Of(visit.AssignedUserId, [.. row.GetFieldValue<Guid[]>(17).Select(person => new UserId(person))]) } : null!, ct);
        }
        catch (PostgresException kept) when (kept is
        {
            SqlState: PostgresErrorCodes.ForeignKeyViolation,
            ConstraintName: "a_time_entry_is_on_a_visit_of_its_job" or "a_part_was_used_on_a_visit_of_its_job" or "an_expense_is_for_a_visit_of_its_job"
                or "a_photo_was_taken_on_a_visit_of_its_job" or "a_signature_is_under_a_visit_of_its_job",
        })
        {
            throw JobRules.HasRecordedWork();
        }
    }

    // The lead is there already: the database puts in whoever visits.assigned_user_id names.
    private static Task<int> AddTechnicians(Db db, Visit visit, CancellationToken ct) => visit.TechnicianIds.Count < 2 ? Task.FromResult(0) : db.RunAsync($"""
        insert into visit_technicians (account_id, visit_id, user_id, job_id, starts_at, ends_at, blocks, is_double_booked)
        select v.account_id, v.id, person, v.job_id, v.scheduled_start, v.scheduled_end, v.status in ('scheduled', 'arrived', 'in_progress'), v.is_double_booked
        from visits v, unnest({visit.TechnicianIds.Select(person => person.Value).Order().ToArray()}) as person
        where v.account_id = {visit.AccountId} and v.id = {visit.Id}
        on conflict on constraint visit_technicians_pkey do nothing
        """, ct);

    private static bool IsOverlap(PostgresException error) =>
        error is { SqlState: PostgresErrorCodes.ExclusionViolation, ConstraintName: "a_technician_is_in_one_place_at_a_time" };

    private static Sql Columns =>
        $"id, account_id, job_id, assigned_user_id, status, scheduled_start, scheduled_end, arrived_at, completed_at, tech_notes, created_at, updated_at, version, local_start, local_end, time_zone, is_double_booked";

    private static Sql? TheirOwn(CurrentUser user) => Sql.If(!user.IsOffice, $"and id in (select t.visit_id from visit_technicians t where t.account_id = {user.Account} and t.visit_id = visits.id and t.user_id = {user.Id})");

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
        LocalStart = LocalDateTime.FromDateTime(row.GetDateTime(13)),
        LocalEnd = LocalDateTime.FromDateTime(row.GetDateTime(14)),
        TimeZone = row.GetString(15),
        IsDoubleBooked = row.GetBoolean(16),
    };
}
