using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>The office moves, approves or declines an absence; a technician corrects what they have asked for and nobody has decided about.</summary>
internal static class ChangeAbsence
{
    public static async Task<Ok<EnterAbsence.Entered>> Handle(AbsenceId id, Patch<EnterAbsence.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var absence = await AbsenceSql.FindWithPerson(db, user, id, ct) ?? throw Missing.Of("absence");
        if (!user.IsOffice && patch.Names("status")) throw ScheduleRules.OnlyTheOfficeDecides();
        if (!user.IsOffice && absence.Status is not AbsenceStatus.Requested) throw ScheduleRules.IsDecided();

        // Days take the place of moments when they are named.
        var byDays = patch.Names("first_day") || patch.Names("last_day");
        var change = await patch.OverAsync(new(
            absence.UserId, absence.Kind, byDays ? null : absence.StartsAt, byDays ? null : absence.EndsAt, absence.Note, Status: absence.Status), ct);
        if (change.UserId != absence.UserId) throw new Kernel.RuleException("VALIDATION_ERROR", "An absence stays that of its person. Enter another one.") { Field = "user_id" };

        var zone = SiteTime.ZoneOrUtc(await AbsenceSql.ZoneOf(db, user, absence.UserId, ct));
        var (start, end) = Absence.Times(change.StartsAt, change.EndsAt, change.FirstDay, change.LastDay, zone);
        var changed = absence with { Kind = change.Kind!.Value, Status = change.Status ?? absence.Status, StartsAt = start, EndsAt = end, Note = change.Note };
        if (changed != absence)
        {
            changed = await AbsenceSql.Save(db, changed, ct);
            await AuditLog.Updated(db, user, "absence", id, absence, changed, ct);
        }

        var visits = await EnterAbsence.InTheWay(db, changed, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new EnterAbsence.Entered(changed, visits));
    }
}
