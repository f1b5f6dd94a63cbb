using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Schedule;

public enum AbsenceKind { Vacation, Sick, Training, Holiday, Other }

/// <summary>A technician asks, the office decides; what the office enters itself is approved.</summary>
public enum AbsenceStatus { Requested, Approved, Declined }

/// <summary>Somebody is not there from one moment to another, the end not included. Only what is approved keeps them from being booked.</summary>
public sealed record Absence(
    AbsenceId Id, AccountId AccountId, UserId UserId, AbsenceKind Kind, AbsenceStatus Status, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string? Note,
    UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <summary>From when to when, by moments or by whole days of the technician's calendar, the last day included.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static (DateTimeOffset Start, DateTimeOffset End) Times(DateTimeOffset? startsAt, DateTimeOffset? endsAt, DateOnly? firstDay, DateOnly? lastDay, DateTimeZone zone)
    {
        var (start, end) = (startsAt, endsAt, firstDay, lastDay) switch
        {
            ({ } from, { } to, null, null) => (Stored(from), Stored(to)),
            (null, null, { Year: >= 1900 and < 2300 } first, { Year: >= 1900 and < 2300 } last) => (SiteTime.Day(first, zone).From, SiteTime.Day(last, zone).To),
            _ => throw ScheduleRules.AbsenceNeedsTimes(),
        };
        if (end <= start) throw ScheduleRules.AbsenceEndsBeforeItStarts();
        if (end - start > Longest) throw ScheduleRules.AbsenceLastsTooLong();

        return (start, end);
    }

    // The database counts microseconds.
    private static DateTimeOffset Stored(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
