using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>The office reschedules or reassigns a visit; a technician writes notes on their own.</summary>
internal static class ChangeVisit
{
    private const string Notes = "tech_notes";

    public static async Task<Ok<One<Visit>>> Handle(VisitId id, Patch<BookVisit.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var visit = await VisitSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("visit");
        if (!user.IsOffice && patch.Fields.Where(field => field is not Notes).ToList() is { Count: > 0 } others) throw VisitRules.OnlyNotes(others);
        if (patch.IsEmpty) return Answers.Ok(visit);

        var change = await patch.OverAsync(new(visit.ScheduledStart, visit.ScheduledEnd, visit.AssignedUserId, visit.TechNotes), ct);
        change.SeeThatItEndsAfterItStarts();
        if (change.AssignedUserId != visit.AssignedUserId)
        {
            if (change.AssignedUserId is null && visit.HasArrived) throw VisitRules.KeepsItsTechnician();
            await BookVisit.SeeThatTheyWorkHere(db, user, change.AssignedUserId, ct);
        }

        var changed = await VisitSql.Save(db, visit with
        {
            ScheduledStart = change.ScheduledStart!.Value,
            ScheduledEnd = change.ScheduledEnd!.Value,
            AssignedUserId = change.AssignedUserId,
            TechNotes = change.TechNotes,
        }, ct);
        await AuditLog.Updated(db, user, "visit", id, visit, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
