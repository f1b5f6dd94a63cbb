using System.Globalization;
using Outpost.Kernel;

namespace Outpost.FieldService.TimeEntries;

/// <summary>Every way a time entry refuses a request.</summary>
internal static class TimeEntryRules
{
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static RuleException IsRunning() => new("CONFLICT", "A timer is running already. Stop it first, or send stop_running.");

    public static RuleException HasEnded() => new("CONFLICT", "This entry is not running; change its times instead.");

    public static RuleException Overlaps() => new("CONFLICT", "There is another entry of this person within these times. Nobody works in two places at once.") { Field = "started_at" };

    public static RuleException EndsBeforeItStarts() => new("VALIDATION_ERROR", "The end must be after the start.") { Field = "ended_at" };

    public static RuleException IsInTheFuture() => new("VALIDATION_ERROR", "Time is recorded when it has passed.") { Field = "ended_at" };

    public static RuleException IsTooLong() =>
        new("VALIDATION_ERROR", string.Create(CultureInfo.InvariantCulture, $"An entry that is written by hand lasts at most {Longest.TotalHours} hours.")) { Field = "ended_at" };

    public static RuleException NeedsAReason() => new("VALIDATION_ERROR", "Say why the times change.") { Field = "reason" };

    public static RuleException NotTheirs() => new("FORBIDDEN", "A technician records their own time only.") { Field = "user_id" };

    public static RuleException NeedsAVisit() => new("VALIDATION_ERROR", "Name the visit: a technician records time on their visits, and a break without one.") { Field = "visit_id" };

    public static RuleException IsBilled() => new("IMMUTABLE_ENTITY", "This time is on an invoice. Take it off the draft, or make the invoice void, before it changes.");
}
