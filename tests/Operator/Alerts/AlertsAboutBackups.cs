using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Outpost.Operator.Archive;
using Outpost.Operator.Backups;
using Outpost.Operator.Runtimes;
using Outpost.Operator.Tests.Archive;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Runbooks;
using Outpost.Operator.Tests.Runtimes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Alerts;

public sealed partial class AlertsAboutBackups(PostgresServer server, Prepared prepared)
{
    private static readonly string Rules = Path.Combine(Repository.Root, "deploy/prometheus");

    [Theory]
    [InlineData("backup")]
    [InlineData("backup-archive")]
    public async Task Each_fires_when_it_should_and_is_silent_when_it_should(string rules)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "promtool is not installed");
        Assert.Contains("SUCCESS", await BackedUp.ShellAsync($"cd {Rules} && promtool check rules {rules}.rules.yml && promtool test rules {rules}.rules.test.yml"), StringComparison.Ordinal);
        // An alert without a case of its own is one that nobody has seen fire.
        var cases = File.ReadAllText(Path.Combine(Rules, $"{rules}.rules.test.yml"));
        foreach (Match alert in Alert().Matches(File.ReadAllText(Path.Combine(Rules, $"{rules}.rules.yml")))) Assert.Matches($@"alertname: {alert.Groups[1].Value}\s+exp_alerts", cases);
    }

    [Fact]
    public async Task Each_asks_about_series_that_are_really_written()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.TakenAsync();
        var written = Name().Matches((await at.BackupAsync("metrics")).Output).Select(m => m.Value).ToHashSet();

        var asked = Asked("backup");

        Assert.NotEmpty(asked);
        Assert.Superset(asked, written);
    }

    [Fact]
    public async Task Each_about_the_archive_asks_about_series_that_are_really_written()
    {
        await using var shop = await Archived.ShopAsync(prepared, "stream");
        await Archived.StateAsync(shop, state => state is { Recoverable: not null, NewestBackup: not null });

        var told = await shop.RunAsync("archive", "metrics");

        Assert.True(told.Code == 0, told.Talk);
        Assert.Superset(Asked("backup-archive"), Name().Matches(told.Out).Select(m => m.Value).ToHashSet());
        Assert.Matches(@"\noutpost_archive_rpo_seconds \d", told.Out);
        Assert.Contains("\noutpost_archive_receiver_connected 1\n", told.Out, StringComparison.Ordinal);
        Assert.Contains("# TYPE outpost_archive_failures_total counter\n", told.Out, StringComparison.Ordinal);
        await shop.DownAsync();
        Assert.Equal((1, ""), (await shop.RunAsync("archive", "metrics") is var old ? (old.Code, old.Out) : default));
    }

    [Fact]
    public async Task Those_of_the_archive_have_the_same_words_on_the_metrics_of_a_role_in_the_same_process()
    {
        var now = TimeProvider.System.GetUtcNow();
        var state = new ArchiveState(now, "stream", "/archive", false, new(2, now), new(1, now), 12, 14, "on", true, "0/1", 1, 5, 3, now, 100, 1000, 5000, 60, 7000, "one", now, 1, [new("archive_gap", "a gap", "mend it")]);
        using var metrics = new ArchiveMetrics(() => state, TimeProvider.System);
        await using var at = await BackedUp.FieldServiceAsync(server);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var host = FieldService.FieldServiceRole.Web.Build(at.Settings.With(("FSM_PORT", port.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();

        var served = await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"), TestContext.Current.CancellationToken);

        foreach (var line in ArchiveMetrics.Text(state).Split('\n').Where(l => l.StartsWith("outpost_", StringComparison.Ordinal)))
        {
            Assert.Contains($"\n{line.Split(' ')[0]} ", served, StringComparison.Ordinal);
        }

        Assert.Contains("\noutpost_archive_failures_total 3\n", served, StringComparison.Ordinal);
        await host.StopAsync(TestContext.Current.CancellationToken);
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

    private static HashSet<string> Asked(string rules) =>
        Name().Matches(string.Join('\n', File.ReadLines(Path.Combine(Rules, $"{rules}.rules.yml")).Where(l => l.Contains("expr:", StringComparison.Ordinal)))).Select(m => m.Value).ToHashSet();

    [GeneratedRegex("alert: ([A-Za-z]+)")]
    private static partial Regex Alert();

    [GeneratedRegex("outpost_[a-z_]+")]
    private static partial Regex Name();
}
