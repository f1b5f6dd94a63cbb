using System.ComponentModel.DataAnnotations;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>
/// The office drags a visit to another time, to somebody else, or both at once. A visit that is only given another start lasts as long as before; who is not
/// named stays.
/// </summary>
internal static class RescheduleVisit
{
    /// <param name="TechnicianIds">Everybody who goes from now on; an empty list leaves the visit to whoever will be free.</param>
    public sealed record Request(
        DateTimeOffset? ScheduledStart,
        DateTimeOffset? ScheduledEnd,
        LocalDateTime? LocalStart,
        LocalDateTime? LocalEnd,
        UserId? AssignedUserId,
        [property: MaxLength(Crew.Most)] IReadOnlyList<UserId>? TechnicianIds,
        Override? Override);

    public static async Task<IResult> Handle(VisitId id, Request request, CurrentUser user, Db db, Idempotency idempotency, CancellationToken ct)
    {
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        var visit = await VisitSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("visit");
        var time = new AskedTime(request.ScheduledStart, request.ScheduledEnd, request.LocalStart, request.LocalEnd);
        var at = time.IsNothing ? visit.When() : time.MovedFrom(visit.When(), await VisitSql.ZoneOf(db, user, visit, ct));
        var going = request.TechnicianIds is { } everybody ? Crew.Of(request.AssignedUserId, everybody)
            : request.AssignedUserId is { } lead ? Crew.WithLead(visit, lead)
            : visit.TechnicianIds;

        var moved = await MoveAsync(db, user, visit, visit.On(at).By(going), at, request.Override, ct);
        return await idempotency.CommitAsync(StatusCodes.Status200OK, moved, ct);
    }

    /// <summary>Puts a visit that the caller has locked to its new time and people, and leaves the commit to them.</summary>
    /// <param name="changed">The visit as it is to be.</param>
    /// <param name="at">When it is to be.</param>
    /// <exception cref="Kernel.RuleException">IMMUTABLE_ENTITY, NOT_FOUND, PRECONDITION_FAILED, SCHEDULE_CONFLICT</exception>
    internal static async Task<Booked> MoveAsync(Db db, CurrentUser user, Visit visit, Visit changed, Appointment at, Override? over, CancellationToken ct)
    {
        var isMoved = changed.ScheduledStart != visit.ScheduledStart || changed.ScheduledEnd != visit.ScheduledEnd;
        var isScheduled = isMoved || !changed.TechnicianIds.SequenceEqual(visit.TechnicianIds);
        var placement = Placement.Unchanged;
        if (isScheduled)
        {
            if (!visit.IsOpen) throw VisitRules.IsOver(visit.Status);
            if (visit.HasArrived && changed.AssignedUserId is null) throw VisitRules.KeepsItsTechnician();

            // Who was to go at this very time already is not asked again.
            var asked = isMoved ? changed.TechnicianIds : [.. changed.TechnicianIds.Except(visit.TechnicianIds)];
            var newcomers = changed.TechnicianIds.Except(visit.TechnicianIds).ToHashSet();
            placement = await Placement.FindAsync(
                db, user, visit.Id.Value, at, changed.TechnicianIds, asked, person => newcomers.Contains(person.Id) ? Crew.MayGo(changed.TechnicianIds)(person) : null, over, ct);
            changed = changed with { IsDoubleBooked = placement.IsDoubleBooked || (!isMoved && visit.IsDoubleBooked && changed.TechnicianIds.Intersect(visit.TechnicianIds).Any()) };
        }

        var saved = isScheduled ? await VisitSql.SaveScheduled(db, changed, ct) : await VisitSql.Save(db, changed, ct);
        await AuditLog.Updated(db, user, "visit", visit.Id, visit, Booked.Audited(saved, placement), ct);
        return new(saved, placement.Warnings);
    }
}
