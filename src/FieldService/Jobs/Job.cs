using System.Collections.Frozen;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Jobs;

public enum JobStatus { Draft, Quoted, Scheduled, InProgress, Completed, Invoiced, Cancelled }

/// <summary>Work for one client. It moves only along <see cref="Moves"/>, and when it has a property, that is the client's.</summary>
public sealed record Job(
    JobId Id, AccountId AccountId, ClientId ClientId, PropertyId? PropertyId, string Title, string? Description, JobStatus Status, int Priority,
    DateTimeOffset? ScheduledStart, DateTimeOffset? ScheduledEnd, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    // The database holds the same table in state_moves; a test compares the two and writes docs/states/job.md.
    internal static readonly FrozenDictionary<JobStatus, JobStatus[]> Moves = new Dictionary<JobStatus, JobStatus[]>
    {
        [JobStatus.Draft] = [JobStatus.Quoted, JobStatus.Scheduled],
        [JobStatus.Quoted] = [JobStatus.Scheduled, JobStatus.Draft],
        [JobStatus.Scheduled] = [JobStatus.InProgress, JobStatus.Cancelled],
        [JobStatus.InProgress] = [JobStatus.Completed, JobStatus.Cancelled],
        [JobStatus.Completed] = [JobStatus.Invoiced],
        [JobStatus.Invoiced] = [],
        [JobStatus.Cancelled] = [JobStatus.Draft],
    }.ToFrozenDictionary();

    /// <summary>The job in its next status. Asking for the status it has changes nothing, so that a request may be sent twice.</summary>
    /// <exception cref="Kernel.RuleException">INVALID_TRANSITION</exception>
    public Job To(JobStatus next) =>
        next == Status ? this
        : Moves[Status].Contains(next) ? this with { Status = next }
        : throw JobRules.CannotMove(Status, next);
}
