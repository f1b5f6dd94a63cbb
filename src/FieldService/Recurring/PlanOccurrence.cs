using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;

namespace Outpost.FieldService.Recurring;

/// <summary>Made: there is a job. Skipped: somebody said so. Missed: its time was over before the worker came to it.</summary>
public enum OccurrenceStatus { Made, Skipped, Missed }

/// <summary>Why a visit was made without its technicians.</summary>
public enum OccurrenceTrouble { ScheduleConflict, TechnicianUnavailable }

/// <summary>
/// What became of one time that a plan comes round. Its key is what the rule says, <paramref name="OccursAtLocal"/>, so it is made once however often the
/// worker looks. A job or a visit that somebody has worked on or changed since is no longer the plan's to change.
/// </summary>
/// <param name="At">The moment the rule means, in UTC.</param>
public sealed record PlanOccurrence(JobPlanId PlanId, WallTime OccursAtLocal, OccurrenceStatus Status, DateTimeOffset At)
{
    public JobId? JobId { get; init; }

    public VisitId? VisitId { get; init; }

    /// <summary>Somebody has said something about this one alone; the plan leaves it as it is.</summary>
    public bool IsException { get; init; }

    public OccurrenceTrouble? Trouble { get; init; }

    /// <summary>The versions of job and visit as the plan left them.</summary>
    internal int? JobVersion { get; init; }

    internal int? VisitVersion { get; init; }
}
