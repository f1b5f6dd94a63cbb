using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>The office changes a visit; a technician writes notes on their own. What is left out stays, a time that is not named included.</summary>
internal static class ChangeVisit
{
    private const string Notes = "tech_notes";
    private static readonly string[] Times = ["scheduled_start", "scheduled_end", "local_start", "local_end"];

    public static async Task<Ok<Booked>> Handle(VisitId id, Patch<BookVisit.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var visit = await VisitSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("visit");
        if (!user.IsOffice && patch.Fields.Where(field => field is not Notes).ToList() is { Count: > 0 } others) throw VisitRules.OnlyNotes(others);
        if (patch.IsEmpty) return TypedResults.Ok(new Booked(visit, []));

        // The times are laid over what is there by themselves: they may be told in two ways.
        var change = await patch.OverAsync(new(null, null, visit.AssignedUserId, visit.TechNotes), ct);
        var time = change.Time();
        foreach (var (named, given) in Times.Zip<string, object?>([time.Start, time.End, time.LocalStart, time.LocalEnd]))
        {
            if (patch.Names(named) && given is null) throw VisitRules.MustStay(named);
        }

        var at = time.IsNothing ? visit.When() : time.Over(visit.When(), await VisitSql.ZoneOf(db, user, visit, ct));
        var changed = visit with { TechNotes = change.TechNotes };
        if (!time.IsNothing) changed = changed.On(at);
        var booked = await RescheduleVisit.MoveAsync(db, user, visit, changed.By(Going(patch, change, visit)), at, change.Override, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(booked);
    }

    private static IReadOnlyList<UserId> Going(Patch<BookVisit.Request> patch, BookVisit.Request change, Visit visit)
    {
        var namesLead = patch.Names("assigned_user_id");
        if (!patch.Names("technician_ids")) return namesLead ? Crew.WithLead(visit, change.AssignedUserId) : visit.TechnicianIds;
        if (namesLead && change.AssignedUserId is null && change.TechnicianIds is { Count: > 0 }) throw VisitRules.NobodyLeads();

        return Crew.Of(namesLead ? change.AssignedUserId : null, change.TechnicianIds);
    }
}
