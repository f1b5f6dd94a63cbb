using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Visits;

public sealed class VisitMoves
{
    private static readonly DateTimeOffset Now = FieldServiceUnderTest.Start;

    public static TheoryData<VisitStatus, VisitStatus> Pairs =>
        new(from a in Enum.GetValues<VisitStatus>() from b in Enum.GetValues<VisitStatus>() select (a, b));

    [Theory, MemberData(nameof(Pairs))]
    public void A_visit_moves_as_published_and_no_other_way(VisitStatus from, VisitStatus to)
    {
        var visit = In(from, UserId.New());
        Func<Visit>? published = (from, to) switch
        {
            (VisitStatus.Scheduled, VisitStatus.Arrived) => () => visit with { Status = to, ArrivedAt = Now },
            (VisitStatus.Arrived, VisitStatus.InProgress) => () => visit with { Status = to },
            (VisitStatus.Scheduled or VisitStatus.Arrived, VisitStatus.Cancelled) => () => visit with { Status = to },
            (VisitStatus.InProgress, VisitStatus.Completed) => () => visit with { Status = to, CompletedAt = Now },
            _ => from == to ? () => visit : null,
        };

        if (published is not null) Assert.Equal(published(), visit.To(to, Now));
        else Assert.Equal("INVALID_TRANSITION", Assert.Throws<RuleException>(() => visit.To(to, Now)).Code);
    }

    [Fact]
    public void A_visit_that_cannot_move_says_so_before_it_asks_for_a_technician()
    {
        Assert.Equal("PRECONDITION_FAILED", Assert.Throws<RuleException>(() => In(VisitStatus.Scheduled, null).To(VisitStatus.Arrived, Now)).Code);
        Assert.Equal("INVALID_TRANSITION", Assert.Throws<RuleException>(() => In(VisitStatus.Cancelled, null).To(VisitStatus.Arrived, Now)).Code);
    }

    private static Visit In(VisitStatus status, UserId? assigned) => new(
        VisitId.New(), AccountId.New(), JobId.New(), assigned, status, Now, Now.AddHours(1), null, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
