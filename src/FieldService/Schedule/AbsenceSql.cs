using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>Every statement that writes <c>absences</c>. The person is locked first, see <see cref="UserSql.LockToSchedule"/>: a booking sees the absence, or the absence sees the booking.</summary>
internal static class AbsenceSql
{
    public static Task<Absence?> FindForUpdate(Db db, CurrentUser user, AbsenceId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from absences where account_id = {user.Account} and id = {id} {Own(user)} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindWithPerson(db, user, new(id), ct))?.Version;

    /// <summary>Locks the person and then the absence, which never changes its person.</summary>
    public static async Task<Absence?> FindWithPerson(Db db, CurrentUser user, AbsenceId id, CancellationToken ct)
    {
        if (await db.ValueAsync<Guid?>($"select user_id from absences where account_id = {user.Account} and id = {id} {Own(user)}", ct) is not { } person) return null;

        await UserSql.LockToSchedule(db, user.Account, [new(person)], ct);
        return await FindForUpdate(db, user, id, ct);
    }

    public static async Task<Absence> Insert(Db db, Absence absence, CancellationToken ct) => (await db.FirstAsync($"""
        insert into absences (account_id, id, user_id, kind, status, starts_at, ends_at, note, created_by)
        values ({absence.AccountId}, {absence.Id}, {absence.UserId}, {absence.Kind}, {absence.Status}, {absence.StartsAt}, {absence.EndsAt}, {absence.Note}, {absence.CreatedBy})
        returning {Columns}
        """, Read, ct))!;

    public static async Task<Absence> Save(Db db, Absence absence, CancellationToken ct) => (await db.FirstAsync($"""
        update absences set kind = {absence.Kind}, status = {absence.Status}, starts_at = {absence.StartsAt}, ends_at = {absence.EndsAt}, note = {absence.Note}
        where account_id = {absence.AccountId} and id = {absence.Id}
        returning {Columns}
        """, Read, ct))!;

    public static Task<int> Delete(Db db, Absence absence, CancellationToken ct) =>
        db.RunAsync($"delete from absences where account_id = {absence.AccountId} and id = {absence.Id}", ct);

    /// <summary>The zone whose calendar the person's days are of.</summary>
    public static async Task<string> ZoneOf(Db db, CurrentUser user, UserId person, CancellationToken ct) =>
        await db.ValueAsync<string>($"select time_zone from working_weeks where account_id = {user.Account} and user_id = {person}", ct) ?? user.TimeZone;

    private static Sql Columns => $"id, account_id, user_id, kind, status, starts_at, ends_at, note, created_by, created_at, updated_at, version";

    private static Sql? Own(CurrentUser user) => Sql.If(!user.IsOffice, $"and user_id = {user.Id}");

    private static Absence Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        Words<AbsenceKind>.Parse(row.GetString(3)),
        Words<AbsenceStatus>.Parse(row.GetString(4)),
        row.GetFieldValue<DateTimeOffset>(5),
        row.GetFieldValue<DateTimeOffset>(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        new(row.GetGuid(8)),
        row.GetFieldValue<DateTimeOffset>(9),
        row.GetFieldValue<DateTimeOffset>(10))
    {
        Version = row.GetInt32(11),
    };
}
