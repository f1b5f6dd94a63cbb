using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Outpost.Operator.Backups;
using Outpost.Operator.Backups.Offsite;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Backups;

public sealed class CopiesElsewhere(PostgresServer server)
{
    [Theory]
    [InlineData("directory")]
    [InlineData("rclone")]
    [InlineData("rsync")]
    [InlineData("rsync daemon")]
    public async Task They_arrive_encrypted_are_compared_there_come_back_whole_and_go_when_they_are_old(string kind)
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await using var far = await FarEndAt.OfAsync(kind, Path.Combine(at.Root, "far"));
        at.With("BACKUP_OFFSITE", far.Word).With("BACKUP_KEEP_LAST", "1");

        var backup = await at.TakenAsync("--system", "fsm");

        Assert.StartsWith("age-encryption.org/v1", await BackedUp.ShellAsync($"head -c 21 {far.Directory}/ai_fsm_20260219_020000.dump.age"), StringComparison.Ordinal);
        var receipt = Assert.Single(Receipt.Of(backup));
        Assert.Equal(far.Word, receipt.FarEnd);
        Assert.StartsWith(receipt.Sha256, await BackedUp.ShellAsync($"sha256sum {far.Directory}/ai_fsm_20260219_020000.dump.age"), StringComparison.Ordinal);
        Assert.Equal(far.Names.Order(StringComparer.Ordinal), await FarEnds.Of(far.Word).ListAsync(TestContext.Current.CancellationToken) is var listed ? listed.Order(StringComparer.Ordinal) : []);

        var bytes = File.ReadAllBytes(backup.Path);
        Directory.Delete(at.Place, recursive: true);
        var fetch = await at.BackupAsync("fetch");
        Assert.True(fetch.ExitCode == 0, fetch.All);
        Assert.Contains($"Fetched and verified: {backup.Path}", fetch.Output, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(backup.Path));
        Assert.All(at.Shelf.List(), b => Assert.Null(b.Problem));

        at.Clock.Advance(TimeSpan.FromDays(31));
        await at.TakenAsync("--system", "fsm");
        Assert.DoesNotContain(far.Names, n => n.Contains("20260219", StringComparison.Ordinal));
        Assert.Contains("ai_fsm_20260322_020000.dump.age", far.Names);
    }

    [Fact]
    public async Task A_copy_that_arrives_as_something_else_is_a_failed_backup()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var backup = await at.TakenAsync("--system", "fsm");
        var far = new LyingFarEnd();

        var copy = new OffsiteCopy(at.Shelf, BackupSettings.Of(at.Settings, at.Data), at.Clock, _ => { });
        var failed = await Assert.ThrowsAsync<Outpost.Platform.Processes.TroubleException>(() => copy.BringAsync(far, TestContext.Current.CancellationToken));

        Assert.Contains("did not arrive: a bit is another", failed.Message, StringComparison.Ordinal);
        Assert.Empty(Receipt.Of(backup));
    }

    [Theory]
    [InlineData("flipped", "cannot be decrypted|cannot be used")]
    [InlineData("truncated", "cannot be decrypted|cannot be used")]
    [InlineData("another key", "cannot be decrypted with")]
    [InlineData("no key", "the private key is not here")]
    [InlineData("another's manifest", "it is that of")]
    [InlineData("gone", "it is not there")]
    public async Task What_cannot_be_trusted_does_not_come_back(string how, string cause)
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await using var far = await FarEndAt.OfAsync("directory", Path.Combine(at.Root, "far"));
        at.With("BACKUP_OFFSITE", far.Word);
        await at.TakenAsync("--system", "fsm");
        at.Clock.Advance(TimeSpan.FromDays(1));
        var backup = await at.TakenAsync("--system", "fsm");
        Directory.Delete(at.Place, recursive: true);
        var copy = Path.Combine(far.Directory, backup.Name.File + ".age");

        switch (how)
        {
            case "flipped": Harm.Flip(copy); break;
            case "truncated": using (var file = new FileStream(copy, FileMode.Open)) file.SetLength(file.Length / 2); break;
            case "another key": await BackedUp.ShellAsync($"rm {at.Data.Path}/backup.key && age-keygen -o {at.Data.Path}/backup.key"); break;
            case "no key": File.Delete(Path.Combine(at.Data.Path, "backup.key")); break;
            case "another's manifest": File.Copy(Path.Combine(far.Directory, "ai_fsm_20260219_020000.manifest.json"), Path.Combine(far.Directory, backup.Name.Manifest), overwrite: true); break;
            default: File.Delete(copy); break;
        }

        var fetch = await at.BackupAsync("fetch");

        Assert.Equal(3, fetch.ExitCode);
        Assert.Matches(cause, fetch.Talk);
        Assert.Empty(at.Names);
        // The one before it is as good as ever, for who has the key.
        Assert.Equal(how is "another key" or "no key" ? 3 : 0, (await at.BackupAsync("fetch", "--stamp", "20260219_020000")).ExitCode);
    }

    [Fact]
    public async Task The_key_is_made_once_and_told_to_be_kept_elsewhere_and_with_a_public_key_of_others_none_is_made()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var made = await at.BackupAsync("key");
        Assert.Contains("keep a copy of it away from this machine", made.Talk, StringComparison.Ordinal);
        var shown = await at.BackupAsync("key", "--show");
        Assert.Contains("AGE-SECRET-KEY-", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("AGE-SECRET-KEY-", made.All, StringComparison.Ordinal);
        Assert.Equal(Outpost.Platform.Processes.AtomicFile.Private, File.GetUnixFileMode(Path.Combine(at.Data.Path, "backup.key")));
        Assert.Empty((await at.BackupAsync("key")).Talk);

        var others = (await BackedUp.ShellAsync($"age-keygen -o {at.Root}/escrow.key 2>/dev/null; age-keygen -y {at.Root}/escrow.key")).Trim();
        File.Delete(Path.Combine(at.Data.Path, "backup.key"));
        await using var far = await FarEndAt.OfAsync("directory", Path.Combine(at.Root, "far"));
        at.With("BACKUP_RECIPIENTS", others).With("BACKUP_OFFSITE", far.Word);
        var backup = await at.TakenAsync("--system", "fsm");
        Assert.False(File.Exists(Path.Combine(at.Data.Path, "backup.key")));
        await BackedUp.ShellAsync($"age -d -i {at.Root}/escrow.key {far.Directory}/{backup.Name.File}.age | cmp - {backup.Path}");
    }

    private sealed class LyingFarEnd : IFarEnd
    {
        public string Name => "lying";

        public Task PutAsync(string path, string name, CancellationToken ct) => Task.CompletedTask;

        public Task<string?> DifferenceAsync(string path, string name, HashedFile sent, CancellationToken ct) => Task.FromResult<string?>("a bit is another");

        public Task<IReadOnlyList<string>> ListAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<string>>([]);

        public Task GetAsync(string name, string path, CancellationToken ct) => Task.CompletedTask;

        public Task RemoveAsync(IReadOnlyList<string> names, CancellationToken ct) => Task.CompletedTask;
    }

    /// <summary>A far end whose files can be looked at from behind.</summary>
    private sealed class FarEndAt(string word, string directory, Process? daemon) : IAsyncDisposable
    {
        public string Word => word;

        public string Directory => directory;

        public IEnumerable<string> Names => System.IO.Directory.GetFiles(directory).Select(p => Path.GetFileName(p)!);

        public static async Task<FarEndAt> OfAsync(string kind, string directory)
        {
            System.IO.Directory.CreateDirectory(directory);
            if (kind != "rsync daemon")
            {
                // rclone's own notation for a remote without a configuration; rsync takes a path after the host only, so the host is this machine's shell.
                return new(kind switch { "rclone" => $"rclone::local:{directory}", "rsync" => $"rsync:{await LocalShellAsync(directory)}:{directory}", _ => directory }, directory, null);
            }

            var port = FreePort();
            File.WriteAllText(directory + ".conf", $"use chroot = no\nuid = {Environment.UserName}\n[backups]\n  path = {directory}\n  read only = no\n");
            var daemon = Process.Start("rsync", ["--daemon", "--no-detach", "--address=127.0.0.1", $"--port={port}", $"--config={directory}.conf"]);
            var far = new FarEndAt(string.Create(CultureInfo.InvariantCulture, $"rsync://127.0.0.1:{port}/backups"), directory, daemon);
            await BackedUp.ShellAsync($"for i in $(seq 200); do rsync --list-only {far.Word}/ >/dev/null 2>&1 && exit 0; sleep 0.05; done; exit 1");
            return far;
        }

        public async ValueTask DisposeAsync()
        {
            if (daemon is null) return;
            daemon.Kill(entireProcessTree: true);
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }

        // rsync starts what RSYNC_RSH names instead of ssh; this one runs the other half here.
        private static Task<string> LocalShellAsync(string directory)
        {
            File.WriteAllText(directory + ".rsh", "#!/bin/sh\nshift\nexec \"$@\"\n");
            File.SetUnixFileMode(directory + ".rsh", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Environment.SetEnvironmentVariable("RSYNC_RSH", directory + ".rsh");
            return Task.FromResult("backup-host");
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
