using FsCheck;
using FsCheck.Fluent;
using Outpost.Operator.Archive;
using Outpost.Operator.Archive.Recovery;
using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Tests.Archive;

public sealed class PlanningARecovery
{
    private const int Megabyte = 1048576;
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    // Monday a backup, Wednesday another; Thursday the cluster was put back to how it was on Tuesday and lived on from there, with a backup of its own that evening.
    private static readonly BaseBackup[] Backups = [Backup("mon", 0, 1, 10), Backup("wed", 2, 1, 30), Backup("thu", 3.8, 2, 25)];

    private static readonly Catalogue.Contents Lived = new(
        new("7", 15, Megabyte, "stream"),
        [new("tuesday", Monday.AddDays(1.5), 1, new(20 * Megabyte)), new("friday", Monday.AddDays(4), 2, new(40 * Megabyte))],
        [new(Monday.AddDays(-1), 1, 0, default), new(Monday.AddDays(3.5), 2, 1, new(20 * Megabyte))],
        []);

    [Theory]
    [InlineData(0.5, "mon", 1)]
    [InlineData(2.5, "wed", 1)]
    [InlineData(3.4, "wed", 1)] // what the cluster was at that hour, although it was led away from it since
    [InlineData(3.6, "mon", 2)] // Wednesday's lies beyond the branch and Thursday's had not ended
    [InlineData(5, "thu", 2)]
    public void An_instant_is_the_wall_clocks(double days, string backup, uint timeline)
    {
        var plan = RecoveryPlan.Make(new RecoveryTarget.At(Monday.AddDays(days)), Backups, Lived);

        Assert.Equal((backup, timeline), (plan.Base.Label, plan.Timeline));
    }

    [Fact]
    public void The_latest_is_the_newest_backup_of_the_life_that_goes_on()
    {
        var plan = RecoveryPlan.Make(new RecoveryTarget.Latest(), Backups, Lived);

        Assert.Equal(("thu", 2u), (plan.Base.Label, plan.Timeline));
    }

    [Theory]
    [InlineData("tuesday", "mon", 1)]
    [InlineData("friday", "thu", 2)]
    public void A_named_point_is_reached_from_a_backup_before_it(string name, string backup, uint timeline)
    {
        var plan = RecoveryPlan.Make(new RecoveryTarget.Named(name), Backups, Lived);

        Assert.Equal((backup, timeline), (plan.Base.Label, plan.Timeline));
        Assert.Contains(new("recovery_target_name", name), plan.Settings());
    }

    [Fact]
    public void A_backup_of_damaged_pages_is_not_used() =>
        Assert.Equal("mon", RecoveryPlan.Make(new RecoveryTarget.At(Monday.AddDays(2.5)), [Backups[0], Backups[1] with { Faulty = true }], Lived).Base.Label);

    [Fact]
    public void What_no_backup_reaches_is_refused()
    {
        Assert.Equal(TroubleKind.Refused, Assert.Throws<TroubleException>(() => RecoveryPlan.Make(new RecoveryTarget.At(Monday.AddHours(-1)), Backups, Lived)).Kind);
        Assert.Contains("holds no backup", Assert.Throws<TroubleException>(() => RecoveryPlan.Make(new RecoveryTarget.Latest(), [], Lived)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("000000010000000000000FFF", Megabyte, 1, 0xFFF)]
    [InlineData("000000020000000100000000", Megabyte, 2, 0x1000)]
    [InlineData("0000000100000001000000FF", 16 * Megabyte, 1, 0x1FF)]
    public void A_segments_name_tells_its_number(string name, int size, uint timeline, ulong number)
    {
        var segment = WalSegment.Parse(name, size);

        Assert.Equal(new WalSegment(timeline, number), segment);
        Assert.Equal(name, segment!.Value.Name(size));
    }

    [Theory]
    [InlineData("000000010000000000001000", Megabyte)]
    [InlineData("00000001000000000000000D.partial", Megabyte)]
    [InlineData("00000002.history", Megabyte)]
    [InlineData("0000000100000000000000G1", Megabyte)]
    public void Other_files_are_no_segments(string name, int size) => Assert.Null(WalSegment.Parse(name, size));

    [Fact]
    public void Of_any_segments_exactly_those_that_were_taken_away_are_missing()
    {
        var runs = from first in Gen.Choose(0, 5000) from length in Gen.Choose(2, 60) from taken in Gen.ListOf(Gen.Choose(0, 58)) select (first, length, taken);
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var all = Enumerable.Range(run.first, run.length).Select(n => new WalSegment(1, (ulong)n)).ToList();
            // The last is there: nobody can know of what comes after everything.
            var gone = run.taken.Where(t => t < run.length - 1).Select(t => all[t]).ToHashSet();
            Assert.Equal(gone.OrderBy(g => g.Number), WalSegment.Missing(all.Where(s => !gone.Contains(s)), all[0]));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("1\t0/A00148\tno recovery target specified\n", 1, "0/A00148")]
    [InlineData("1\t0/A00148\tx\n\n2\t1/0\tbefore 2026-01-01\n", 2, "1/0")]
    public void A_history_file_tells_where_it_branched(string text, uint parent, string branch) => Assert.Equal((parent, Lsn.Parse(branch)), Timelines.LastBranch(text));

    [Fact]
    public void A_backup_is_due_when_none_leads_here_or_the_last_is_old()
    {
        var full = Backups[0];
        var after = full.StoppedAt;

        Assert.Equal(BackupKind.Full, BackupsDue.Due([], false, 1, true, after));
        Assert.Null(BackupsDue.Due([full], false, 1, true, after.AddHours(23)));
        Assert.Equal(BackupKind.Differential, BackupsDue.Due([full], false, 1, true, after.AddHours(24)));
        Assert.Null(BackupsDue.Due([full], false, 1, byChanges: false, after.AddDays(6)));
        Assert.Equal(BackupKind.Full, BackupsDue.Due([full], false, 1, true, after.AddDays(7)));
        Assert.Equal(BackupKind.Full, BackupsDue.Due([full], false, timeline: 2, true, after));
        Assert.Equal(BackupKind.Full, BackupsDue.Due([full], gap: true, 1, true, after));
        Assert.Equal(BackupKind.Full, BackupsDue.Due([full with { Faulty = true }], false, 1, true, after));
    }

    [Fact]
    public void What_would_be_lost_is_everything_after_the_newest_heartbeat_that_arrived()
    {
        var beats = new RecoverableBeats();
        for (var i = 1; i <= 10; i++) beats.Add(new(i, Monday.AddSeconds(i)), new((ulong)(100 * i)));

        Assert.Equal((null, 1L), Seen(beats.RecoverableTo(new(99))));
        Assert.Equal((4L, 5L), Seen(beats.RecoverableTo(new(450))));
        Assert.Equal((4L, 5L), Seen(beats.RecoverableTo(new(10))));
        Assert.Equal((10L, null), Seen(beats.RecoverableTo(new(5000))));

        static (long?, long?) Seen((Beat? Newest, Beat? FirstLost) seen) => (seen.Newest?.Seq, seen.FirstLost?.Seq);
    }

    private static BaseBackup Backup(string label, double days, uint timeline, ulong megabytes) =>
        new(label, BackupKind.Full, Monday.AddDays(days).AddMinutes(-1), Monday.AddDays(days), timeline, new((megabytes - 1) * Megabyte), new(megabytes * Megabyte), 100, 10, false);
}
