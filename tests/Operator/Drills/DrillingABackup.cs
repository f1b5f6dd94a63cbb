using System.Text.Json.Nodes;
using Outpost.FieldService;
using Outpost.Operator.Backups;
using Outpost.Operator.Commands;
using Outpost.Operator.Drills;
using Outpost.Operator.Journal;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Commands;
using Outpost.Platform.Roles;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Drills;

public sealed class DrillingABackup(PostgresServer server)
{
    [Fact]
    public async Task It_takes_the_five_steps_in_a_copy_and_is_recorded_in_the_form_of_the_runbook()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await FieldServiceRole.Subsystem.FirstLogin(at.Settings, Ct);
        await File.WriteAllTextAsync(Path.Combine(at.Documents, "receipt.pdf"), "paper", Ct);
        await at.TakenAsync();
        var before = await StateAsync(at);

        var drill = await DrillAsync(at);

        Assert.True(drill.ExitCode == 0, drill.All);
        Assert.Matches(
            @"\AStep 1  ok      Basic connectivity: PostgreSQL 15\.\S+.*\nStep 2  ok      Row counts are those of the manifest: \d+ rows in \d+ tables\n"
            + @"Step 3  ok      Health endpoint: \{""status"":""ok"",""service"":""web"",""checks"":\{""db"":""ok""\}.*\nStep 4  ok      Login smoke test: owner\nStep 5  ok      Recorded in .*DECISION_LOG\.md\n"
            + @"Drill passed: ai_fsm_20260219_020000\.dump is back in [\d.]+ s \([\d.]+ MB/s of database\)\n\z", drill.Output);
        Assert.Equal(
            "# Decision log\n\n### DRILL-2026-02-19: Backup restore validation\n- Date: 2026-02-19T02:00:00Z\n- Backup file: ai_fsm_20260219_020000.dump\n- Restore duration: N minutes\n"
            + "- Row counts: users=1, jobs=0, visits=0, estimates=0, invoices=0, payments=0, audit_log=0\n- Health check: ok\n- Login smoke test: ok\n- Notes: none\n",
            System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(Path.Combine(at.Data.Path, "docs", "DECISION_LOG.md")), @"\d+\.\d minutes", "N minutes"));
        var json = JsonNode.Parse(File.ReadAllText(Directory.GetFiles(at.Data.Drills).Single()))!;
        Assert.True(json["passed"]!.GetValue<bool>());
        Assert.Equal([1, 2, 3, 4], json["steps"]!.AsArray().Select(s => s!["number"]!.GetValue<int>()));
        Assert.Equal(3007, json["rows"]!["clients"]!.GetValue<long>());

        Assert.Equal(before, await StateAsync(at));
        Assert.False(Directory.Exists(at.Data.DrillCluster));
        Assert.Contains("outpost_drill_last_success_timestamp_seconds{system=\"fsm\"} 1771466400", (await at.BackupAsync("metrics")).Output, StringComparison.Ordinal);
        Assert.Contains("outpost_restore_predicted_seconds{system=\"fsm\"}", File.ReadAllText(Path.Combine(at.Data.Metrics, "outpost_backup.prom")), StringComparison.Ordinal);

        at.Clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal(0, (await DrillAsync(at, "--require", "31")).ExitCode);
        at.Clock.Advance(TimeSpan.FromMinutes(1));
        var overdue = await DrillAsync(at, "--require", "31");
        Assert.Equal(3, overdue.ExitCode);
        Assert.Contains("Next: outpost drill", overdue.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_lacks_rows_fails_by_the_name_of_the_table_and_is_recorded_as_failed()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var backup = await at.TakenAsync("--system", "fsm");
        var rows = new SortedDictionary<string, long>(backup.Manifest!.Database!.Rows, StringComparer.Ordinal) { ["jobs"] = 12 };
        File.WriteAllText(backup.ManifestPath, (backup.Manifest with { Database = backup.Manifest.Database with { Rows = rows } }).Sealed().ToJson());

        var drill = await DrillAsync(at);

        Assert.Equal(1, drill.ExitCode);
        Assert.Contains("jobs has 0 rows instead of 12", drill.All, StringComparison.Ordinal);
        Assert.Contains("- Notes: what was restored from ai_fsm_20260219_020000.dump is not what was backed up: jobs has 0 rows instead of 12", File.ReadAllText(Path.Combine(at.Data.Path, "docs", "DECISION_LOG.md")), StringComparison.Ordinal);
        Assert.False(DrillReport.All(at.Data).Single().Passed);
        Assert.Equal(3, (await DrillAsync(at, "--require", "31")).ExitCode);
        Assert.False(Directory.Exists(at.Data.DrillCluster));
    }

    [Fact]
    public async Task A_damaged_one_fails_before_anything_is_restored()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        Harm.Flip((await at.TakenAsync("--system", "fsm")).Path);

        var drill = await DrillAsync(at);

        Assert.Equal(1, drill.ExitCode);
        Assert.Contains("is damaged: its SHA-256 is", drill.Talk, StringComparison.Ordinal);
        Assert.False(DrillReport.All(at.Data).Single().Passed);
    }

    private static Task<Invocation> DrillAsync(BackedUp at, params string[] words) => Invocation.AsTypedAsync(
        DrillCommand.Create([FieldServiceRole.Web], [at.Subsystem], Outpost.Operator.Commands.Migrations.UpAsync, () => at.Settings, new Operations(at.Clock)), words);

    /// <summary>Everything of what runs that a drill could have touched.</summary>
    private static async Task<string> StateAsync(BackedUp at)
    {
        await using var command = at.Database.Superuser.CreateCommand("""
            select concat_ws(' ', (select md5(string_agg(u::text, '' order by id)) from users u), (select count(*) from clients), (select string_agg(datname, ',' order by datname) from pg_database where datname like 'drill%'), (select count(*) from pg_roles))
            """);
        return $"{(string?)await command.ExecuteScalarAsync(Ct)} {string.Join(',', Directory.GetFiles(at.Documents))}";
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
