using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>
/// Somebody will not be there. The office enters it for anybody; a technician asks for themself and the office decides. Visits that are booked for that time
/// stay as they are and are told of, so that somebody else can be sent.
/// </summary>
internal static class EnterAbsence
{
    /// <param name="UserId">Who; a technician may leave it out and is meant themself.</param>
    /// <param name="FirstDay">With <paramref name="LastDay"/> instead of moments: whole days of that person's calendar, the last one included.</param>
    /// <param name="Status">The office only; left out, what it enters is approved.</param>
    public sealed record Request(
        UserId? UserId,
        [property: Required] AbsenceKind? Kind,
        DateTimeOffset? StartsAt,
        DateTimeOffset? EndsAt,
        [property: StringLength(2000)] string? Note,
        DateOnly? FirstDay = null,
        DateOnly? LastDay = null,
        AbsenceStatus? Status = null);

    /// <summary>An absence and the visits that somebody else has to take: <c>{"data": …, "visits": […]}</c>.</summary>
    public sealed record Entered(Absence Data, IReadOnlyList<VisitInTheWay> Visits) : IOne
    {
        object? IOne.Data => Data;
    }

    public sealed record VisitInTheWay(Guid Id, Guid JobId, string JobTitle, string ClientName, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd);

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency idempotency, CancellationToken ct)
    {
        var who = request.UserId ?? user.Id;
        if (!user.IsOffice && who != user.Id) throw ScheduleRules.OnlyOwnTimeOff();
        if (!user.IsOffice && request.Status is not (null or AbsenceStatus.Requested)) throw ScheduleRules.OnlyTheOfficeDecides();
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        if (await UserSql.LockToSchedule(db, user.Account, [who], ct) is []) throw Missing.Of("user", "user_id");
        var zone = SiteTime.ZoneOrUtc(await AbsenceSql.ZoneOf(db, user, who, ct));
        var (start, end) = Absence.Times(request.StartsAt, request.EndsAt, request.FirstDay, request.LastDay, zone);
        var status = request.Status ?? (user.IsOffice ? AbsenceStatus.Approved : AbsenceStatus.Requested);

        var absence = await AbsenceSql.Insert(db, new(AbsenceId.New(), user.Account, who, request.Kind!.Value, status, start, end, request.Note, user.Id, default, default), ct);
        var visits = await InTheWay(db, absence, ct);
        await AuditLog.Inserted(db, user, "absence", absence.Id, absence, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new Entered(absence, visits), ct);
    }

    /// <summary>The person's open visits of that time.</summary>
    internal static Task<List<VisitInTheWay>> InTheWay(Db db, Absence absence, CancellationToken ct) => db.ListAsync<VisitInTheWay>($"""
        select v.id, v.job_id, j.title as job_title, c.name as client_name, v.status, v.scheduled_start, v.scheduled_end
        from visit_technicians t
        join visits v on v.account_id = t.account_id and v.id = t.visit_id
        join jobs j on j.account_id = v.account_id and j.id = v.job_id
        join clients c on c.account_id = j.account_id and c.id = j.client_id
        where t.account_id = {absence.AccountId} and t.user_id = {absence.UserId} and t.blocks
          and t.starts_at < {absence.EndsAt} and t.starts_at > {absence.StartsAt - Appointment.Longest} and t.ends_at > {absence.StartsAt}
        order by t.starts_at, v.id
        """, ct);
}
