using FsCheck;
using FsCheck.Fluent;
using Outpost.Operator.Backups;

namespace Outpost.Operator.Tests.Backups;

public sealed class KeepingBackups
{
    private static readonly DateTimeOffset Now = new(2026, 2, 19, 2, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("6.23:59:59", false)]
    [InlineData("7.00:00:00", false)]
    [InlineData("7.00:00:01", true)]
    [InlineData("7.12:00:00", true)]
    public void One_goes_when_its_days_are_over_and_not_a_day_later(string age, bool goes)
    {
        Retention.Kept[] there = [new("ai_fsm", Now - TimeSpan.Parse(age, System.Globalization.CultureInfo.InvariantCulture), true), new("ai_fsm", Now, true)];

        Assert.Equal(goes, Retention.Outlived(there, b => b, Now, _ => 7, 1).Any());
    }

    [Fact]
    public void The_last_good_ones_of_each_part_stay_however_old_and_bad_ones_do_not_count()
    {
        Retention.Kept[] there =
        [
            new("ai_fsm", Now.AddDays(-90), true), new("ai_fsm", Now.AddDays(-80), true), new("ai_fsm", Now.AddDays(-70), true), new("ai_fsm", Now.AddDays(-60), false),
            new("aicq", Now.AddDays(-90), true), new("aicq", Now.AddDays(-1), false),
        ];

        Assert.Equal([Now.AddDays(-90), Now.AddDays(-60)], Retention.Outlived(there, b => b, Now, _ => 7, 2).Select(b => b.TakenAt));
    }

    [Fact]
    public void Whatever_there_is_the_newest_good_ones_stay_and_nothing_young_goes() => Prop.ForAll(
        (from part in Gen.Elements("a", "b") from hours in Gen.Choose(0, 1000) from good in Gen.Elements(true, false) select new Retention.Kept(part, Now.AddHours(-hours), good)).ListOf().ToArbitrary(),
        (from days in Gen.Choose(1, 40) from last in Gen.Choose(1, 5) select (days, last)).ToArbitrary(),
        (there, policy) =>
        {
            var distinct = there.Distinct().ToArray();
            var gone = Retention.Outlived(distinct, b => b, Now, _ => policy.days, policy.last).ToHashSet();
            return gone.All(b => Now - b.TakenAt > TimeSpan.FromDays(policy.days))
                && distinct.GroupBy(b => b.Part).All(part => part.Where(b => b.IsGood).OrderByDescending(b => b.TakenAt).Take(policy.last).All(b => !gone.Contains(b)))
                && gone.All(b => distinct.Count(o => o.Part == b.Part && o.IsGood && !gone.Contains(o)) >= policy.last);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(999, "999")]
    [InlineData(1024, "1.0K")]
    [InlineData(1_400_000, "1.4M")]
    [InlineData(15_000_000, "15M")]
    [InlineData(2_000_000_000, "1.9G")]
    public void Sizes_are_told_as_du_tells_them(long bytes, string told) => Assert.Equal(told, BackupWords.Size(bytes));

    [Theory]
    [InlineData("ai_fsm_20260219_020000.dump", "ai_fsm")]
    [InlineData("assistant_20251126_100001.sql.gz", "assistant")]
    [InlineData("documents_20260219_020000.tar", "documents")]
    [InlineData("ai_fsm_20269919_020000.dump", null)]
    [InlineData("incident.dump", null)]
    [InlineData("../ai_fsm_20260219_020000.dump", null)]
    public void Only_names_of_the_runbooks_are_backups(string file, string? part) => Assert.Equal(part, BackupName.TryParse(file)?.Part);
}
