using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>Somebody will be there after all. A technician takes back what nobody has decided about.</summary>
internal static class DeleteAbsence
{
    public static async Task<NoContent> Handle(AbsenceId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var absence = await AbsenceSql.FindWithPerson(db, user, id, ct) ?? throw Missing.Of("absence");
        if (!user.IsOffice && absence.Status is not AbsenceStatus.Requested) throw ScheduleRules.IsDecided();

        await AbsenceSql.Delete(db, absence, ct);
        await AuditLog.Deleted(db, user, "absence", id, absence, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
