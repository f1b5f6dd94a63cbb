using System.ComponentModel.DataAnnotations;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>The office books a visit, for somebody, for several, or for whoever will be free.</summary>
internal static class BookVisit
{
    /// <param name="LocalStart">Instead of <paramref name="ScheduledStart"/>: what the clock at the site says.</param>
    /// <param name="TechnicianIds">Everybody who goes; without <paramref name="AssignedUserId"/> the first leads.</param>
    /// <param name="Override">Books although somebody is not free.</param>
    public sealed record Request(
        DateTimeOffset? ScheduledStart,
        DateTimeOffset? ScheduledEnd,
        UserId? AssignedUserId,
        [property: StringLength(5000)] string? TechNotes,
        LocalDateTime? LocalStart = null,
        LocalDateTime? LocalEnd = null,
        [property: MaxLength(Crew.Most)] IReadOnlyList<UserId>? TechnicianIds = null,
        Override? Override = null)
    {
        internal AskedTime Time() => new(ScheduledStart, ScheduledEnd, LocalStart, LocalEnd);
    }

    public static async Task<IResult> Handle(JobId id, Request request, CurrentUser user, Db db, Idempotency idempotency, CancellationToken ct)
    {
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        // Whether a job's work is done is decided under this lock, so no visit appears behind the decision.
        var job = await JobSql.FindToMove(db, user, id, ct) ?? throw Missing.Of("job");
        var at = request.Time().In(await VisitSql.ZoneOf(db, user, job, ct));
        var going = Crew.Of(request.AssignedUserId, request.TechnicianIds);
        var booked = await PlaceAsync(db, user, job, at, going, request.TechNotes, request.Override, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, booked, ct);
    }

    /// <summary>Books a visit of a job whose lock the caller holds, and leaves the commit to them.</summary>
    /// <param name="going">The first leads.</param>
    /// <exception cref="Kernel.RuleException">NOT_FOUND, PRECONDITION_FAILED, SCHEDULE_CONFLICT</exception>
    internal static async Task<Booked> PlaceAsync(
        Db db, CurrentUser user, Job job, Appointment at, IReadOnlyList<UserId> going, string? notes, Override? over, CancellationToken ct)
    {
        var id = VisitId.New();
        var placement = await Placement.FindAsync(db, user, id.Value, at, going, going, Crew.MayGo(going), over, ct);
        var visit = new Visit(id, user.Account, job.Id, null, VisitStatus.Scheduled, at.Start, at.End, null, null, notes, default, default) { IsDoubleBooked = placement.IsDoubleBooked };

        visit = await VisitSql.Insert(db, visit.On(at).By(going), ct);
        await AuditLog.Inserted(db, user, "visit", visit.Id, Booked.Audited(visit, placement), ct);
        return new(visit, placement.Warnings);
    }
}
