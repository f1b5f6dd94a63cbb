namespace Outpost.FieldService.Accounts;

/// <summary>What is done with a booking that does not fit: it is refused, or made and told of.</summary>
public enum WhenItDoesNotFit { Refuse, Warn }

/// <summary>How strict a company is with its schedule. Whatever is set, the office may book over a refusal when it says why.</summary>
public sealed record ScheduleSettings
{
    /// <summary>A technician who is somewhere else at that time.</summary>
    public WhenItDoesNotFit Overlaps { get; init; } = WhenItDoesNotFit.Refuse;

    /// <summary>A technician who is on leave.</summary>
    public WhenItDoesNotFit Absences { get; init; } = WhenItDoesNotFit.Refuse;

    /// <summary>A time at which the technician does not usually work: many an urgent visit is made in the evening.</summary>
    public WhenItDoesNotFit OutsideHours { get; init; } = WhenItDoesNotFit.Warn;
}
