using Outpost.Kernel;

namespace Outpost.FieldService.Schedule;

/// <summary>Every way the schedule refuses a request.</summary>
internal static class ScheduleRules
{
    public static RuleException EndsBeforeItStarts(string field = "scheduled_end") =>
        new("VALIDATION_ERROR", "The end must be after the start.") { Field = field };

    public static RuleException LastsTooLong() =>
        new("VALIDATION_ERROR", $"A visit lasts at most {Appointment.Longest.Days} days. Book one for each time somebody comes.") { Field = "scheduled_end" };

    public static RuleException Missing(string field) =>
        new("VALIDATION_ERROR", "Say when it starts and when it ends: scheduled_start and scheduled_end with offset, or local_start and local_end by the clock at the site.") { Field = field };

    public static RuleException TwoTellings() =>
        new("VALIDATION_ERROR", "Say when either with offset (scheduled_start, scheduled_end) or by the clock at the site (local_start, local_end), not both.") { Field = "local_start" };

    /// <summary>Somebody is not free, and the company does not want that.</summary>
    public static RuleException DoesNotFit(IReadOnlyList<ScheduleWarning> conflicts) =>
        new("SCHEDULE_CONFLICT", $"{conflicts[0].Message} Choose another time or person, or send override with a reason.") { Details = new { Conflicts = conflicts } };

    /// <summary>The database has seen an overlap that the service had not.</summary>
    public static RuleException BookedMeanwhile() => new("SCHEDULE_CONFLICT", "The technician was booked for that time meanwhile. Look at the schedule again.");

    public static RuleException HoursOverlap(int weekday) =>
        new("VALIDATION_ERROR", $"The working hours of {((NodaTime.IsoDayOfWeek)weekday).ToString().ToLowerInvariant()} overlap.") { Field = "hours" };

    public static RuleException HoursEndBeforeTheyStart(int index) =>
        new("VALIDATION_ERROR", "Working hours end after they start. Hours past midnight are two: to 24:00, and from 00:00 of the next day.") { Field = $"hours[{index}].to" };

    public static RuleException NoWeekday(string field) => new("VALIDATION_ERROR", "Working hours name their day, such as monday.") { Field = field };

    public static RuleException NoTimeOfDay(string field) =>
        new("VALIDATION_ERROR", "A time of day is written 08:00; the end of a day is 24:00.") { Field = field };

    public static RuleException OnlyOwnTimeOff() => new("FORBIDDEN", "A technician may ask for time off for themself only.") { Field = "user_id" };

    public static RuleException OnlyTheOfficeDecides() => new("FORBIDDEN", "Only the office decides about time off.");

    public static RuleException IsDecided() => new("CONFLICT", "The office has decided about this time off. Ask the office to change it.");

    public static RuleException AbsenceEndsBeforeItStarts() => new("VALIDATION_ERROR", "The end of an absence must be after its start.") { Field = "ends_at" };

    public static RuleException AbsenceLastsTooLong() => new("VALIDATION_ERROR", "An absence lasts at most 366 days.") { Field = "ends_at" };

    public static RuleException AbsenceNeedsTimes() =>
        new("VALIDATION_ERROR", "Say when the absence starts and ends: starts_at and ends_at with offset, or first_day and last_day.") { Field = "starts_at" };

    public static RuleException TooManyDays(int most) => new("VALIDATION_ERROR", $"Ask for at most {most} days at once, from a day to the same or a later one.") { Field = "to" };

    public static RuleException NoDay(string field) => new("VALIDATION_ERROR", $"{field} must be a day such as 2026-12-05.") { Field = field };

    public static RuleException NoDuration() => new("VALIDATION_ERROR", "duration_minutes must be a whole number from 5 to 1440.") { Field = "duration_minutes" };
}
