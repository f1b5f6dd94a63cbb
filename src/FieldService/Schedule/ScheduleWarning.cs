using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Schedule;

/// <summary>Somebody is elsewhere, is on leave, does not work at that time; or the clocks change at the time that was asked for.</summary>
public enum ScheduleWarningKind { Overlap, Absence, OutsideHours, ClockChange }

/// <summary>Why a booking does not fit, for a person and, by what stands in the way, for a program.</summary>
/// <param name="VisitId">The visit that is in the way.</param>
/// <param name="AbsenceId">The absence that is in the way.</param>
public sealed record ScheduleWarning(
    ScheduleWarningKind Kind, string Message, UserId? UserId = null, Guid? VisitId = null, Guid? AbsenceId = null, DateTimeOffset? StartsAt = null, DateTimeOffset? EndsAt = null)
{
    /// <summary>What the company does about it.</summary>
    internal WhenItDoesNotFit By(ScheduleSettings settings) => Kind switch
    {
        ScheduleWarningKind.Overlap => settings.Overlaps,
        ScheduleWarningKind.Absence => settings.Absences,
        ScheduleWarningKind.OutsideHours => settings.OutsideHours,
        ScheduleWarningKind.ClockChange => WhenItDoesNotFit.Warn,
    };
}
