using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.TimeEntries;

public readonly record struct TimeEntryId(Guid Value) : IId
{
    public static TimeEntryId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out TimeEntryId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum TimeKind { Travel, Work, Break }

/// <summary>
/// How somebody spent a stretch of time, from one instant up to another: what it lasted is the difference of the instants, whatever the clocks on the wall did.
/// Nobody has two entries at the same time, and one at most is running. A running one has no end and is never cut off by itself.
/// </summary>
/// <param name="EditReason">Why its times are not those that were recorded; null while they are.</param>
public sealed record TimeEntry(
    TimeEntryId Id, AccountId AccountId, UserId UserId, VisitId? VisitId, JobId? JobId, TimeKind Kind, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, bool IsBillable,
    string? Note, string? EditReason, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    public bool IsRunning => EndedAt is null;

    /// <summary>Whole seconds; null while it runs.</summary>
    public long? Seconds => EndedAt is { } end ? (long)(end - StartedAt).TotalSeconds : null;

    /// <summary>Ends at this moment; a clock that was set back in between ends it where it began.</summary>
    internal TimeEntry Stop(DateTimeOffset now)
    {
        var end = WholeSecond(now);
        return this with { EndedAt = end < StartedAt ? StartedAt : end };
    }

    /// <summary>Entries are kept in whole seconds, so that the parts of a day add up to it.</summary>
    internal static DateTimeOffset WholeSecond(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());
}
