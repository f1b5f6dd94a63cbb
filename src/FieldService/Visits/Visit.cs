using System.Collections.Frozen;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Visits;

public enum VisitStatus { Scheduled, Arrived, InProgress, Completed, Cancelled }

/// <summary>
/// One trip to work on a job. It moves only along <see cref="Moves"/>; nobody arrives who is not assigned, and the times of arrival and
/// completion are those of the moves.
/// </summary>
public sealed record Visit(
    VisitId Id, AccountId AccountId, JobId JobId, UserId? AssignedUserId, VisitStatus Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd,
    DateTimeOffset? ArrivedAt, DateTimeOffset? CompletedAt, string? TechNotes, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>The IANA zone of the site when the time was agreed on.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>What the clock at the site says at the start.</summary>
    public LocalDateTime LocalStart { get; init; }

    public LocalDateTime LocalEnd { get; init; }

    /// <summary>Everybody who goes, the lead first: <see cref="AssignedUserId"/>. Empty when nobody is assigned.</summary>
    public IReadOnlyList<UserId> TechnicianIds { get; init; } = [];

    /// <summary>It was booked although one of them was somewhere else, by the company's setting or by somebody who said why.</summary>
    public bool IsDoubleBooked { get; init; }

    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    // The database holds the same table in state_moves; a test compares the two and writes docs/states/visit.md.
    internal static readonly FrozenDictionary<VisitStatus, VisitStatus[]> Moves = new Dictionary<VisitStatus, VisitStatus[]>
    {
        [VisitStatus.Scheduled] = [VisitStatus.Arrived, VisitStatus.Cancelled],
        [VisitStatus.Arrived] = [VisitStatus.InProgress, VisitStatus.Cancelled],
        [VisitStatus.InProgress] = [VisitStatus.Completed],
        [VisitStatus.Completed] = [],
        [VisitStatus.Cancelled] = [],
    }.ToFrozenDictionary();

    /// <summary>It takes up the time of whoever goes.</summary>
    internal bool IsOpen => Status is VisitStatus.Scheduled or VisitStatus.Arrived or VisitStatus.InProgress;

    internal Appointment When() => Appointment.Between(ScheduledStart, ScheduledEnd, SiteTime.ZoneOrUtc(TimeZone));

    internal Visit On(Appointment at) => this with
    {
        ScheduledStart = at.Start, ScheduledEnd = at.End, LocalStart = at.LocalStart, LocalEnd = at.LocalEnd, TimeZone = at.TimeZone,
    };

    /// <summary>With these people, of whom the first leads.</summary>
    internal Visit By(IReadOnlyList<UserId> going) => this with { AssignedUserId = going is [var lead, ..] ? lead : null, TechnicianIds = going };

    public bool HasArrived => Status is not (VisitStatus.Scheduled or VisitStatus.Cancelled);

    /// <summary>The visit in its next status. Asking for the status it has changes nothing, so that a request may be sent twice.</summary>
    /// <exception cref="Kernel.RuleException">INVALID_TRANSITION; PRECONDITION_FAILED when nobody is assigned to arrive.</exception>
    public Visit To(VisitStatus next, DateTimeOffset now)
    {
        if (next == Status) return this;
        if (!Moves[Status].Contains(next)) throw VisitRules.CannotMove(Status, next);

        return next switch
        {
            VisitStatus.Arrived when AssignedUserId is null => throw VisitRules.NeedsATechnician(),
            VisitStatus.Arrived => this with { Status = next, ArrivedAt = now },
            VisitStatus.Completed => this with { Status = next, CompletedAt = now },
            VisitStatus.InProgress or VisitStatus.Cancelled or VisitStatus.Scheduled => this with { Status = next },
        };
    }
}
