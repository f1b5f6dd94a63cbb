using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>Every statement that writes <c>time_entries</c>.</summary>
internal static class TimeEntrySql
{
    public static Task<TimeEntry?> FindForUpdate(Db db, CurrentUser user, TimeEntryId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from time_entries t where t.account_id = {user.Account} and t.id = {id} {TheirOwn(user)} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user, new(id), ct))?.Version;

    public static Task<TimeEntry?> FindRunning(Db db, AccountId account, UserId person, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from time_entries t where t.account_id = {account} and t.user_id = {person} and t.ended_at is null for update", Read, ct);

    /// <summary>True when an invoice that is not void charges for it; holds for a locked entry until the commit.</summary>
    public static Task<bool> IsBilled(Db db, TimeEntry entry, CancellationToken ct) => db.ValueAsync<bool>($"select invoice_that_bills({entry.Id}) is not null", ct);

    /// <exception cref="RuleException">CONFLICT: the person has another entry at that time.</exception>
    public static async Task<TimeEntry> Insert(Db db, TimeEntry entry, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into time_entries as t (account_id, id, user_id, visit_id, job_id, kind, started_at, ended_at, is_billable, note, created_by)
                values ({entry.AccountId}, {entry.Id}, {entry.UserId}, {entry.VisitId}, {entry.JobId}, {entry.Kind}, {entry.StartedAt}, {entry.EndedAt}, {entry.IsBillable},
                        {entry.Note}, {entry.CreatedBy})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException refused) when (Refusal(refused) is { } rule)
        {
            throw rule;
        }
    }

    /// <inheritdoc cref="Insert"/>
    public static async Task<TimeEntry> Save(Db db, TimeEntry entry, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                update time_entries t
                set visit_id = {entry.VisitId}, job_id = {entry.JobId}, kind = {entry.Kind}, started_at = {entry.StartedAt}, ended_at = {entry.EndedAt},
                    is_billable = {entry.IsBillable}, note = {entry.Note}, edit_reason = {entry.EditReason}
                where t.account_id = {entry.AccountId} and t.id = {entry.Id}
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException refused) when (Refusal(refused) is { } rule)
        {
            throw rule;
        }
    }

    public static Task Delete(Db db, TimeEntry entry, CancellationToken ct) => db.RunAsync($"delete from time_entries where account_id = {entry.AccountId} and id = {entry.Id}", ct);

    public static Sql Columns => $"""
        t.id, t.account_id, t.user_id, t.visit_id, t.job_id, t.kind, t.started_at, t.ended_at, t.is_billable, t.note, t.edit_reason, t.created_by, t.created_at, t.updated_at, t.version
        """;

    public static TimeEntry Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        row.IsDBNull(4) ? null : new(row.GetGuid(4)),
        Words<TimeKind>.Parse(row.GetString(5)),
        row.GetFieldValue<DateTimeOffset>(6),
        row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
        row.GetBoolean(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.IsDBNull(10) ? null : row.GetString(10),
        new(row.GetGuid(11)),
        row.GetFieldValue<DateTimeOffset>(12),
        row.GetFieldValue<DateTimeOffset>(13))
    {
        Version = row.GetInt32(14),
    };

    private static Sql? TheirOwn(CurrentUser user) => Sql.If(!user.IsOffice, $"and t.user_id = {user.Id}");

    private static RuleException? Refusal(PostgresException refused) => (refused.SqlState, refused.ConstraintName) switch
    {
        (PostgresErrorCodes.UniqueViolation, "one_running_timer_per_person") => TimeEntryRules.IsRunning(),
        (PostgresErrorCodes.ExclusionViolation, "nobody_is_in_two_places_at_once") => TimeEntryRules.Overlaps(),
        // Two that wait for each other's range: one of them is told so at once and may try again.
        (PostgresErrorCodes.DeadlockDetected, _) => TimeEntryRules.Overlaps(),
        _ => null,
    };
}
