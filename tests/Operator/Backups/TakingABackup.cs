using System.Text.RegularExpressions;
using Outpost.Operator.Backups;
using Outpost.Operator.Journal;
using Outpost.Platform.Processes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Backups;

public sealed class TakingABackup(PostgresServer server)
{
    [Fact]
    public async Task It_is_named_and_told_as_the_runbook_says_and_its_manifest_knows_what_is_in_it()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await File.WriteAllTextAsync(Path.Combine(at.Documents, "receipt.pdf"), "paper", TestContext.Current.CancellationToken);

        var run = await at.BackupAsync("run");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Matches(
            $@"\A\[2026-02-19T02:00:00Z\] Backup written: {Regex.Escape(at.Place)}/ai_fsm_20260219_020000\.dump \(\d+(\.\d)?[KM]\)\n"
            + $@"\[2026-02-19T02:00:00Z\] Backup written: {Regex.Escape(at.Place)}/documents_20260219_020000\.tar \([\d.]+K\)\n"
            + @"\[2026-02-19T02:00:00Z\] Old backups pruned\n\z", run.Output);
        Assert.Equal(["ai_fsm_20260219_020000.dump", "ai_fsm_20260219_020000.manifest.json", "documents_20260219_020000.manifest.json", "documents_20260219_020000.tar"], at.Names);
        Assert.All(Directory.GetFiles(at.Place), f => Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(f)));

        var manifest = at.Shelf.List()[0].Manifest!;
        Assert.Equal((await at.CountAsync("clients"), 2, 0), (manifest.Database!.Rows["clients"], manifest.Database.Rows["accounts"], manifest.Database.Rows["jobs"]));
        Assert.Equal(Outpost.Platform.Migrations.MigrationSet.From(at.Subsystem.Migrations).Migrations[^1].Name, manifest.Database.Schema);
        Assert.Matches("^[0-9A-F]+/[0-9A-F]+$", manifest.Database.Lsn);
        Assert.StartsWith("15.", manifest.Database.Server, StringComparison.Ordinal);
        Assert.Equal("fsm_owner", manifest.Database.Owner);
        Assert.Superset(new HashSet<string> { "fsm_app", "fsm_backup", "fsm_owner" }, manifest.Database.Roles.Select(r => r.Name).ToHashSet());
        Assert.Contains(manifest.Database.Roles, r => r is { Name: "fsm_backup", BypassRowSecurity: true, MemberOf: ["pg_read_all_data"] });
        Assert.Contains("CREATE ROLE fsm_app", manifest.Database.Globals, StringComparison.Ordinal);
        Assert.DoesNotContain("PASSWORD", manifest.Database.Globals, StringComparison.Ordinal);
        Assert.Equal(new FileInfo(Path.Combine(at.Place, manifest.File)).Length, manifest.Size);
        Assert.Equal(["ai_fsm_20260219_020000.dump", "documents_20260219_020000.tar"], manifest.Set);
        Assert.Equal(new DocumentFacts(1, 5), at.Shelf.List()[1].Manifest!.Documents);

        var header = await BackedUp.ShellAsync($"/usr/lib/postgresql/*/bin/pg_restore --list {at.Place}/ai_fsm_20260219_020000.dump | head -20; sha256sum {at.Place}/ai_fsm_20260219_020000.dump");
        Assert.Contains("Format: CUSTOM", header, StringComparison.Ordinal);
        Assert.Matches(@"Compression: (9|gzip|-1)", header);
        Assert.Contains(manifest.Sha256, header, StringComparison.Ordinal);

        var journal = new OperationJournal(at.Data.Journal).Runs();
        Assert.Equal(["take", "dump", "copy", "keep"], journal.Single().Steps.Select(s => s.Step));
    }

    [Fact]
    public async Task The_counts_are_of_the_instant_of_the_dump_while_others_write()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var writing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested) await at.ExecuteAsync("insert into clients (account_id, id, name) select id, gen_random_uuid(), 'One more' from accounts");
            },
            CancellationToken.None);

        var taken = await at.TakenAsync();
        await stop.CancelAsync();
        await writing;

        var dumped = await BackedUp.ShellAsync($@"/usr/lib/postgresql/*/bin/pg_restore -f - -a -t clients {taken.Path} | grep -c $'\t'");
        Assert.Equal(taken.Manifest!.Database!.Rows["clients"], long.Parse(dumped, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(await at.CountAsync("clients") > taken.Manifest.Database.Rows["clients"]);
    }

    [Fact]
    public async Task That_of_the_assistant_is_compressed_sql_and_speaks_as_its_runbook_does()
    {
        await using var fsm = await BackedUp.FieldServiceAsync(server);
        var assistant = new BackupRunOf(fsm, fsm.Subsystem with { Name = "assistant", Database = "assistant" });

        var run = await assistant.RunAsync();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Matches(
            $@"\A\[2026-02-19 02:00:00\] Creating backup directory: {Regex.Escape(fsm.Place)}\n\[2026-02-19 02:00:00\] Backing up database to: assistant_20260219_020000\.sql\.gz\n"
            + @"\[2026-02-19 02:00:00\] Backup completed: \d+\.\d MB\n\[2026-02-19 02:00:00\] Cleaning up old backups \(retention: 30 days\)\n\z", run.Output);
        Assert.Contains("PostgreSQL database dump complete", await BackedUp.ShellAsync($"zcat {fsm.Place}/assistant_20260219_020000.sql.gz | tail -5"), StringComparison.Ordinal);
        Assert.True(fsm.Shelf.List().Single().IsGood);
    }

    [Theory]
    [InlineData("fsm_app", "is bound by row-level security")]
    [InlineData("fsm_owner", "is bound by row-level security")]
    [InlineData("postgres", "is a superuser")]
    public async Task A_role_that_sees_too_little_or_may_do_too_much_is_refused(string role, string cause)
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        at.With("DATABASE_BACKUP_URL", at.Database.BackupUrl.Replace("fsm_backup", role, StringComparison.Ordinal));

        var refused = await at.BackupAsync("run");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(cause, refused.Talk, StringComparison.Ordinal);
        Assert.Contains("create role fsm_backup login bypassrls", refused.Talk, StringComparison.Ordinal);
        Assert.Empty(at.Names);
    }

    [Fact]
    public async Task A_directory_inside_a_cluster_is_refused()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        File.WriteAllText(Path.Combine(at.Root, "PG_VERSION"), "15\n");

        var refused = await at.BackupAsync("run");

        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("dies with the database", refused.Talk, StringComparison.Ordinal);
    }

    private sealed record BackupRunOf(BackedUp At, Outpost.Platform.Roles.Subsystem Subsystem)
    {
        public Task<Commands.Invocation> RunAsync() =>
            Commands.Invocation.AsTypedAsync(Outpost.Operator.Commands.BackupCommands.Create([Subsystem], () => At.Settings, new Operations(At.Clock)), "run", "--system", "assistant");
    }
}
