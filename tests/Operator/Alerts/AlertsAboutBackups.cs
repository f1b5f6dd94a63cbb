using System.Text.RegularExpressions;
using Outpost.Operator.Backups;
using Outpost.Operator.Runtimes;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Runbooks;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Alerts;

public sealed partial class AlertsAboutBackups(PostgresServer server)
{
    private static readonly string Rules = Path.Combine(Repository.Root, "deploy/prometheus");

    [Fact]
    public async Task Each_fires_when_it_should_and_is_silent_when_it_should()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "promtool is not installed");
        Assert.Contains("SUCCESS", await BackedUp.ShellAsync($"cd {Rules} && promtool check rules backup.rules.yml && promtool test rules backup.test.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_asks_about_series_that_are_really_written()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.TakenAsync();
        var written = Name().Matches((await at.BackupAsync("metrics")).Output).Select(m => m.Value).ToHashSet();

        var asked = Name().Matches(string.Join('\n', File.ReadLines(Path.Combine(Rules, "backup.rules.yml")).Where(l => l.Contains("expr:", StringComparison.Ordinal)))).Select(m => m.Value).ToHashSet();

        Assert.NotEmpty(asked);
        Assert.Superset(asked, written);
    }

    [Fact]
    public async Task They_are_told_as_prometheus_reads_it_and_left_where_it_looks()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.TakenAsync("--system", "fsm");

        var told = (await at.BackupAsync("metrics")).Output;

        Assert.Contains("\noutpost_backup_last_success_timestamp_seconds{part=\"ai_fsm\"} 1771466400\n", told, StringComparison.Ordinal);
        Assert.Contains("\noutpost_backup_last_run_failed 0\n", told, StringComparison.Ordinal);
        Assert.Contains("\noutpost_drill_last_success_timestamp_seconds{system=\"fsm\"} 0\n", told, StringComparison.Ordinal);
        Assert.Equal(told, File.ReadAllText(Path.Combine(at.Data.Metrics, "outpost_backup.prom")));
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "promtool is not installed");
        await BackedUp.ShellAsync($"promtool check metrics < {at.Data.Metrics}/outpost_backup.prom");

        at.With("DATABASE_BACKUP_URL", "postgresql://fsm_backup@127.0.0.1:1/ai_fsm");
        Assert.Equal(1, (await at.BackupAsync("run")).ExitCode);
        Assert.Contains("\noutpost_backup_last_run_failed 1\n", (await at.BackupAsync("metrics")).Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("outpost_[a-z_]+")]
    private static partial Regex Name();
}
