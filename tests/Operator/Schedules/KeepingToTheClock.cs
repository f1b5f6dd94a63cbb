using Outpost.Operator.Backups;
using Outpost.Operator.Commands;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Operator.Schedules;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Schedules;

public sealed class KeepingToTheClock : IDisposable
{
    private static readonly TimeZoneInfo Vienna = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");
    private readonly string _root = Directory.CreateTempSubdirectory("outpost-clock-").FullName;

    private static Schedule Backup => new("backup", "backup run", "Take a backup", null, new(2, 0));

    private static Schedule Drill => new("drill", "drill", "Prove it", 1, new(3, 30));

    [Theory]
    [InlineData("2026-02-19T00:59:59Z", "2026-02-19T01:00:00Z")]
    [InlineData("2026-02-19T01:00:00Z", "2026-02-20T01:00:00Z")]
    [InlineData("2026-07-01T12:00:00Z", "2026-07-02T00:00:00Z")]
    [InlineData("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")] // Two o'clock does not come that night.
    public void A_daily_one_is_due_at_its_time_on_the_wall(string after, string next) => Assert.Equal(At(next), Backup.Next(At(after), Vienna));

    [Fact]
    public void A_monthly_one_is_due_on_its_day() => Assert.Equal(At("2026-03-01T02:30:00Z"), Drill.Next(At("2026-02-19T12:00:00Z"), Vienna));

    [Fact]
    public void One_that_was_missed_is_made_up_for_soon_after_the_start_and_one_that_was_not_waits()
    {
        var started = At("2026-02-19T12:00:00Z");

        Assert.Equal(At("2026-02-19T12:15:00Z"), BuiltInClock.Due(Backup, At("2026-02-18T01:00:01Z"), started, Vienna));
        Assert.Equal(At("2026-02-20T01:00:00Z"), BuiltInClock.Due(Backup, At("2026-02-19T01:00:01Z"), started, Vienna));
        Assert.Equal(At("2026-02-20T01:00:00Z"), BuiltInClock.Due(Backup, null, started, Vienna));
    }

    [Fact]
    public async Task Inside_up_it_is_run_when_its_time_has_come_and_again_the_next_day()
    {
        var data = new DataDirectory(Path.Combine(_root, "data"));
        PrivateDirectory.Ensure(data.Path);
        // Of a machine on which it is always one moment before two.
        var clock = new Ticking(At("2026-02-19T01:59:59.9Z"));
        var runs = new List<string>();
        var twice = new TaskCompletionSource();

        await using (new BuiltInClock([Backup], data, clock, _ => { }, (words, _) =>
        {
            runs.Add(string.Join(' ', words));
            clock.Set(At("2026-02-20T01:59:59.9Z"));
            if (runs.Count == 2) twice.TrySetResult();
            return Task.FromResult(0);
        }))
        {
            await twice.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }

        Assert.Equal(["backup run", "backup run"], runs.Take(2));
    }

    [Fact]
    public async Task Units_are_what_systemd_understands_and_installing_twice_changes_nothing()
    {
        var command = BackupCommands.Create([Shop.Subsystem], () => new Settings(new Dictionary<string, string> { [DataDirectory.Key] = _root }), new Operations(TimeProvider.System));
        var place = Directory.CreateDirectory(Path.Combine(_root, "units")).FullName;

        var first = await Invocation.AsTypedAsync(command, "schedule", "--install", "--into", place, "--outpost", "/usr/bin/true");
        var second = await Invocation.AsTypedAsync(command, "schedule", "--install", "--into", place, "--outpost", "/usr/bin/true");

        Assert.True(first.ExitCode == 0, first.All);
        Assert.Equal(["outpost-backup.service", "outpost-backup.timer", "outpost-drill.service", "outpost-drill.timer"], Directory.GetFiles(place).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal("", second.Output);
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed");
        await BackedUp.ShellAsync($"systemd-analyze verify {place}/*.timer {place}/*.service");
        Assert.Contains("02:00:00", await BackedUp.ShellAsync($"systemd-analyze calendar \"$(sed -n 's/^OnCalendar=//p' {place}/outpost-backup.timer)\""), StringComparison.Ordinal);
        Assert.Contains("-01 03:30:00", await BackedUp.ShellAsync($"systemd-analyze calendar \"$(sed -n 's/^OnCalendar=//p' {place}/outpost-drill.timer)\""), StringComparison.Ordinal);
    }

    [Fact]
    public void The_units_that_are_delivered_are_those_of_the_defaults()
    {
        var delivered = TimerUnits.Systemd(Schedule.Of(new Settings(new Dictionary<string, string>())), "/opt/outpost/outpost", new("/var/lib/outpost"), "/opt/outpost").ToArray();

        Assert.Equal(4, delivered.Length);
        Assert.All(delivered, unit => Assert.Equal(File.ReadAllText(Path.Combine(Runbooks.Repository.Root, "deploy/systemd", unit.File)), unit.Text));
    }

    [Fact]
    public void A_crontab_gets_our_lines_once_and_keeps_its_own()
    {
        var lines = TimerUnits.Crontab([Backup, Drill], "/opt/outpost/outpost", new("/var/lib/outpost"), "/opt/outpost").ToArray();
        Assert.Equal("0 2 * * * cd /opt/outpost && OUTPOST_DATA=/var/lib/outpost /opt/outpost/outpost backup run >> /var/lib/outpost/logs/backup.log 2>&1", lines[1]);
        Assert.StartsWith("30 3 1 * * ", lines[3], StringComparison.Ordinal);

        var once = TimerUnits.Merged("MAILTO=pi\n*/5 * * * * uptime\n", lines);
        Assert.StartsWith("MAILTO=pi\n*/5 * * * * uptime\n# outpost: ", once, StringComparison.Ordinal);
        Assert.Equal(once, TimerUnits.Merged(once, lines));
        Assert.Equal(string.Join('\n', lines) + "\n", TimerUnits.Merged("", lines));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A clock that goes on from where it was set, in UTC.</summary>
    private sealed class Ticking(DateTimeOffset now) : TimeProvider
    {
        private readonly Lock _turn = new();
        private DateTimeOffset _set = now;
        private long _since = System.GetTimestamp();

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public void Set(DateTimeOffset at)
        {
            lock (_turn) (_set, _since) = (at, System.GetTimestamp());
        }

        public override DateTimeOffset GetUtcNow()
        {
            lock (_turn) return _set + System.GetElapsedTime(_since);
        }
    }
}
