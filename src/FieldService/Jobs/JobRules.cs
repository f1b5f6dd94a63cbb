using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Jobs;

/// <summary>Every way a job refuses a request.</summary>
internal static class JobRules
{
    public static RuleException CannotMove(JobStatus from, JobStatus to) =>
        new("INVALID_TRANSITION", $"A job cannot go from {Words<JobStatus>.Of(from)} to {Words<JobStatus>.Of(to)}.") { Field = "status" };

    public static RuleException NothingInvoiced() =>
        new("PRECONDITION_FAILED", "The job has no invoice that was sent. Send its invoice first.") { Field = "status" };

    public static RuleException EndsBeforeItStarts() =>
        new("VALIDATION_ERROR", "The scheduled end must be after the scheduled start.") { Field = "scheduled_end" };

    public static RuleException IsNoDraft(JobStatus status) =>
        new("CONFLICT", $"Only a draft can be deleted; this job is {Words<JobStatus>.Of(status)}.");

    public static RuleException IsInUse(InUse by) => new("CONFLICT", $"The job cannot be deleted: it still has {by}.");

    public static RuleException HasRecordedWork() => new("CONFLICT", "The job cannot be deleted: time, parts or expenses are recorded on it.");

    public static RuleException ClientIsFixed(InUse by) =>
        new("CONFLICT", $"The client of this job cannot change: it already has {by}.") { Field = "client_id" };
}
