using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Jobs;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Jobs;

public sealed class JobMoves
{
    // The published table, written out once more by hand.
    private static readonly Dictionary<JobStatus, JobStatus[]> Published = new()
    {
        [JobStatus.Draft] = [JobStatus.Quoted, JobStatus.Scheduled],
        [JobStatus.Quoted] = [JobStatus.Scheduled, JobStatus.Draft],
        [JobStatus.Scheduled] = [JobStatus.InProgress, JobStatus.Cancelled],
        [JobStatus.InProgress] = [JobStatus.Completed, JobStatus.Cancelled],
        [JobStatus.Completed] = [JobStatus.Invoiced],
        [JobStatus.Invoiced] = [],
        [JobStatus.Cancelled] = [JobStatus.Draft],
    };

    public static TheoryData<JobStatus, JobStatus> Pairs =>
        new(from a in Enum.GetValues<JobStatus>() from b in Enum.GetValues<JobStatus>() select (a, b));

    [Theory, MemberData(nameof(Pairs))]
    public void A_job_moves_as_published_and_no_other_way(JobStatus from, JobStatus to)
    {
        var job = In(from);

        if (from == to) Assert.Same(job, job.To(to));
        else if (Published[from].Contains(to)) Assert.Equal(job with { Status = to }, job.To(to));
        else
        {
            var refusal = Assert.Throws<RuleException>(() => job.To(to));
            Assert.Equal("INVALID_TRANSITION", refusal.Code);
            Assert.Contains($"from {Words<JobStatus>.Of(from)} to {Words<JobStatus>.Of(to)}", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void However_a_job_wanders_only_an_invoice_ends_it_and_only_completed_work_is_invoiced() =>
        Prop.ForAll<NonNull<int[]>>(steps =>
        {
            var (job, path) = (In(JobStatus.Draft), new List<JobStatus> { JobStatus.Draft });
            foreach (var step in steps.Get)
            {
                if (Job.Moves[job.Status] is not [_, ..] next) break;
                job = job.To(next[(step & int.MaxValue) % next.Length]);
                path.Add(job.Status);
            }

            var invoiced = path.IndexOf(JobStatus.Invoiced);
            return path.Zip(path.Skip(1)).All(move => Published[move.First].Contains(move.Second))
                   && (invoiced < 0 || (invoiced == path.Count - 1 && path[invoiced - 1] is JobStatus.Completed && path.Contains(JobStatus.InProgress)));
        }).QuickCheckThrowOnFailure();

    private static Job In(JobStatus status) => new(
        JobId.New(), AccountId.New(), ClientId.New(), null, "Fix the roof", null, status, 0, null, null, UserId.New(), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
