using Outpost.Operator.Journal;
using Outpost.Platform.Processes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Backups;

public sealed class WhenABackupFails(PostgresServer server)
{
    [Fact]
    public async Task With_the_server_gone_nothing_is_written_and_nothing_pruned()
    {
        await using var at = await OldAsync();
        at.With("DATABASE_BACKUP_URL", "postgresql://fsm_backup@127.0.0.1:1/ai_fsm");

        var run = await at.BackupAsync("run", "--system", "fsm");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the database of fsm cannot be read at 127.0.0.1:1", run.Talk, StringComparison.Ordinal);
        Assert.Contains("Next: ", run.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("pruned", run.Output, StringComparison.Ordinal);
        Assert.Equal(["ai_fsm_20260119_020000.dump", "ai_fsm_20260119_020000.manifest.json"], Dumps(at));
        Assert.Equal(JournalOutcome.Failed, new OperationJournal(at.Data.Journal).Runs()[^1].End!.Outcome);
    }

    [Fact]
    public async Task With_a_disk_that_fills_up_half_way_no_file_gets_a_name_and_nothing_is_pruned()
    {
        await using var at = await OldAsync();
        await at.ExecuteAsync("insert into clients (account_id, id, name, notes) select id, gen_random_uuid(), 'x', (select string_agg(md5(random()::text || n), '') from generate_series(1, 90000) n) from accounts");
        var size = new DirectoryInfo(at.Place).EnumerateFiles().Sum(f => f.Length);
        await using var disk = await SmallDisk.OverAsync(at.Place, size + 2_000_000);

        var run = await at.BackupAsync("run", "--system", "fsm");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is full", run.Talk, StringComparison.Ordinal);
        Assert.Equal(["ai_fsm_20260119_020000.dump", "ai_fsm_20260119_020000.manifest.json"], Dumps(at));
        Assert.DoesNotContain(at.Names, n => n.StartsWith('.'));
    }

    [Theory]
    [InlineData("missing", "there is no directory")]
    [InlineData("read-only", "did not work: Read-only file system")]
    [InlineData("full", "did not work: No space left on device")]
    public async Task With_the_far_end_out_of_reach_the_backup_is_kept_failed_and_brought_there_by_the_next(string how, string cause)
    {
        await using var at = await OldAsync();
        var away = Path.Combine(at.Root, "usb");
        if (how != "missing")
        {
            Assert.SkipUnless(UnixUser.IsRoot, "only root may mount a disk");
            await BackedUp.ShellAsync($"mkdir {away} && mount -t tmpfs -o {(how == "full" ? "size=4096" : "ro")} tmpfs {away}");
        }

        at.With("BACKUP_OFFSITE", away).With("BACKUP_KEEP_LAST", "1");

        var run = await at.BackupAsync("run", "--system", "fsm");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(cause, run.Talk, StringComparison.Ordinal);
        Assert.Contains("Next: ", run.Talk, StringComparison.Ordinal);
        if (how != "missing")
        {
            Assert.DoesNotContain(Directory.GetFiles(away), f => f.EndsWith(".age", StringComparison.Ordinal));
            await BackedUp.ShellAsync($"umount {away}");
        }

        Assert.DoesNotContain("pruned", run.Output, StringComparison.Ordinal);
        Assert.Contains("ai_fsm_20260119_020000.dump", at.Names);
        Assert.Contains("ai_fsm_20260219_020000.dump", at.Names);

        Directory.CreateDirectory(away);
        at.Clock.Advance(TimeSpan.FromDays(1));
        var next = await at.BackupAsync("run", "--system", "fsm");
        Assert.True(next.ExitCode == 0, next.All);
        Assert.Contains(Directory.GetFiles(away), f => f.EndsWith("ai_fsm_20260219_020000.dump.age", StringComparison.Ordinal));
        Assert.Contains(Directory.GetFiles(away), f => f.EndsWith("ai_fsm_20260220_020000.manifest.json", StringComparison.Ordinal));
        Assert.DoesNotContain("ai_fsm_20260119_020000.dump", at.Names);
    }

    [Fact]
    public async Task One_store_that_cannot_be_reached_is_a_failure_that_costs_only_its_own_part()
    {
        await using var at = await OldAsync();
        at.With("REDIS_URL", "redis://127.0.0.1:1/0");

        var run = await at.BackupAsync("run");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("redis is not in this backup", run.Talk, StringComparison.Ordinal);
        Assert.Contains("ai_fsm_20260119_020000.dump", at.Names);
        var kept = at.Shelf.List().Last(b => b.Manifest!.Database is not null);
        Assert.Equal("20260219_020000", kept.Name.Stamp);
        Assert.Equal(["redis"], kept.Manifest!.Missing);
        Assert.True(kept.IsGood);
    }

    [Fact]
    public async Task Of_two_at_once_one_is_told_who_is_at_it()
    {
        await using var at = await OldAsync();
        var (entered, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var operations = new Operations(at.Clock);
        var first = operations.RunAsync(at.Data, "backup run", "fsm", _ => { }, async _ =>
        {
            entered.SetResult();
            await go.Task;
        });
        await entered.Task;

        var second = await at.BackupAsync("run");

        Assert.Equal(4, second.ExitCode);
        Assert.Contains($"outpost backup run fsm of {Environment.UserName} (pid {Environment.ProcessId})", second.Talk, StringComparison.Ordinal);
        go.SetResult();
        await first;
        Assert.Equal(0, (await at.BackupAsync("run")).ExitCode);
    }

    /// <summary>With one backup that has outlived its days.</summary>
    private async Task<BackedUp> OldAsync()
    {
        var at = await BackedUp.FieldServiceAsync(server);
        at.Clock.Advance(TimeSpan.FromDays(-31));
        await at.TakenAsync("--system", "fsm");
        at.Clock.Advance(TimeSpan.FromDays(31));
        return at;
    }

    private static IEnumerable<string> Dumps(BackedUp at) => at.Names.Where(n => n.StartsWith("ai_fsm", StringComparison.Ordinal));

    /// <summary>A file system in memory over a directory, with what was in it.</summary>
    private sealed class SmallDisk(string directory) : IAsyncDisposable
    {
        public static async Task<SmallDisk> OverAsync(string directory, long bytes)
        {
            Assert.SkipUnless(UnixUser.IsRoot, "only root may mount a small disk");
            await BackedUp.ShellAsync($"cp -a {directory} {directory}.was && mount -t tmpfs -o size={bytes} tmpfs {directory} && cp -a {directory}.was/. {directory}/");
            return new(directory);
        }

        public async ValueTask DisposeAsync() => await BackedUp.ShellAsync($"umount {directory}");
    }
}
