using Outpost.Operator.Backups;
using Outpost.Operator.Journal;
using Outpost.Operator.Restores;
using Outpost.Operator.Tests.Backups;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Restores;

public sealed class KilledAtEveryStep(PostgresServer server)
{
    private const int Killed = 128 + 9;

    [Fact]
    public async Task A_backup_leaves_no_partial_file_under_a_name_and_nothing_pruned_and_the_next_is_whole()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var away = Directory.CreateDirectory(Path.Combine(at.Root, "away")).FullName;
        at.With("BACKUP_OFFSITE", away).With("BACKUP_KEEP_LAST", "1");
        // Far older than its days; it stays until a younger one is whole and away.
        var old = await at.TakenAsync();
        var then = at.Clock.GetUtcNow();
        at.Clock.Advance(TimeProvider.System.GetUtcNow() - then);
        var lines = 0;
        while (true)
        {
            var before = at.Names.Count(n => n.EndsWith(".dump", StringComparison.Ordinal));
            var run = await at.ProcessAsync(++lines, "backup", "run");
            foreach (var name in at.Names.Where(n => BackupName.TryParse(n) is { Extension: ".dump" or ".tar" })) Assert.Null(await ProblemAsync(at, name));
            Assert.All(Directory.GetFiles(away).Where(f => f.EndsWith(".age", StringComparison.Ordinal)), f => Assert.StartsWith("age-encryption.org/v1", File.ReadAllText(f)[..21], StringComparison.Ordinal));
            if (run.ExitCode == 0) break;

            Assert.Equal(Killed, run.ExitCode);
            var last = new OperationJournal(at.Data.Journal).Runs()[^1];
            if (last.End is null && !last.HasReached("prune")) Assert.Contains(old.Name.File, at.Names);

            var next = await at.BackupAsync("run");
            Assert.True(next.ExitCode == 0, next.All);
            Assert.Equal(last.End is null, next.Talk.Contains("was cut off", StringComparison.Ordinal));
            Assert.DoesNotContain(at.Names, n => n.StartsWith('.'));
            Assert.All(at.Shelf.List(), b => Assert.True(b.IsGood, b.Problem));
            Assert.True(at.Names.Count(n => n.EndsWith(".dump", StringComparison.Ordinal)) >= before);

            // Old again, for the next round.
            at.Clock.Advance(TimeSpan.FromMinutes(1));
            if (at.Names.Contains(old.Name.File)) continue;
            var now = at.Clock.GetUtcNow();
            at.Clock.Advance(then - now);
            old = await at.TakenAsync();
            at.Clock.Advance(now - then);
        }

        Assert.True(lines >= 8, $"only {lines} lines");
        Assert.DoesNotContain(new OperationJournal(at.Data.Journal).Runs(), r => r.End is null);
    }

    [Fact]
    public async Task A_restore_leaves_what_ran_or_what_was_restored_and_never_a_part_of_each()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        File.WriteAllText(Path.Combine(at.Documents, "then.pdf"), "paper");
        await at.TakenAsync();
        var lines = 0;
        while (true)
        {
            await at.ExecuteAsync("delete from clients where name like 'Client%'");
            File.Delete(Path.Combine(at.Documents, "then.pdf"));

            var run = await at.ProcessAsync(++lines, "restore", "--latest", "--yes");
            at.Reconnect();
            var rows = await at.CountAsync("clients");
            Assert.Contains(rows, new long[] { 7, 3007 });
            if (run.ExitCode == 0) break;

            Assert.Equal(Killed, run.ExitCode);
            if (SwapPlan.Pending(at.Data) is not null)
            {
                var resume = await at.RestoreAsync("resume");
                Assert.True(resume.ExitCode == 0, resume.All);
                at.Reconnect();
                rows = await at.CountAsync("clients");
                Assert.Equal(3007, rows);
            }

            Assert.Equal(rows == 3007, File.Exists(Path.Combine(at.Documents, "then.pdf")));
            if (rows == 3007) continue;

            var next = await at.RestoreAsync("--latest", "--yes");
            Assert.True(next.ExitCode == 0, next.All);
            at.Reconnect();
            Assert.Equal(3007, await at.CountAsync("clients"));
            Assert.True(File.Exists(Path.Combine(at.Documents, "then.pdf")));
        }

        Assert.True(lines >= 8, $"only {lines} lines");
        await at.RestoreAsync("confirm", "--yes");
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
        Assert.Equal(["backups", "data", "documents"], Directory.GetDirectories(at.Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));
    }

    private static Task<string?> ProblemAsync(BackedUp at, string name)
    {
        var backup = BackupShelf.Of(Path.Combine(at.Place, name));
        // Between the names of a file and its manifest there is an instant; the manifest then waits beside.
        if (backup.Manifest is null && Directory.GetDirectories(at.Place, ".taking-*").FirstOrDefault() is { } place)
        {
            File.Copy(Path.Combine(place, backup.Name.Manifest), backup.ManifestPath);
            backup = BackupShelf.Of(backup.Path);
        }

        return Verification.ProblemAsync(backup, at.Settings, null, TestContext.Current.CancellationToken);
    }
}
