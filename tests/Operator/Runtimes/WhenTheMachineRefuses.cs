using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Runtimes;

public sealed class WhenTheMachineRefuses(Prepared prepared)
{
    [Fact]
    public async Task A_port_in_use_is_named_with_its_process_before_anything_is_started()
    {
        await using var installation = new Installation();
        using var listener = new TcpListener(IPAddress.Loopback, installation.Port);
        listener.Start();

        var up = await installation.RunAsync("up");

        Assert.Equal(ExitCodes.Refused, up.Code);
        Assert.Contains($"port {installation.Port} is used by process {Environment.ProcessId}", up.Talk, StringComparison.Ordinal);
        Assert.Contains($"SHOP_PORT={installation.Port + 1} outpost up", up.Talk, StringComparison.Ordinal);
        Assert.False(File.Exists(installation.Data.Secrets));
        Assert.False(Directory.Exists(installation.Data.Redis.Data));
    }

    [Theory]
    [InlineData("POSTGRES_BIN", "there is no PostgreSQL in", "apt-get install -y postgresql")]
    [InlineData("REDIS_BIN", "there is no redis-server in", "apt-get install -y redis-server")]
    public async Task A_server_that_is_not_installed_is_named_with_its_package(string setting, string cause, string next)
    {
        await using var installation = new Installation().With(setting, "/nonexistent");

        var up = await installation.RunAsync("up");

        Assert.Equal(ExitCodes.Refused, up.Code);
        Assert.Contains(cause, up.Talk, StringComparison.Ordinal);
        Assert.Contains(next, up.Talk, StringComparison.Ordinal);
        Assert.False(File.Exists(installation.Data.Secrets));
    }

    [Fact]
    public async Task A_database_of_a_version_that_is_no_longer_installed_is_left_alone()
    {
        await using var installation = await prepared.CopyAsync();
        await File.WriteAllTextAsync(Path.Combine(installation.Data.Postgres.Data, "PG_VERSION"), "9\n", TestContext.Current.CancellationToken);

        var up = await installation.RunAsync("up");

        Assert.Equal(ExitCodes.Refused, up.Code);
        Assert.Contains("was made by PostgreSQL 9, which is no longer installed", up.Talk, StringComparison.Ordinal);
        Assert.Contains("apt-get install -y postgresql-9", up.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_bars_the_way_is_named_with_the_command_that_opens_it()
    {
        Assert.SkipUnless(UnixUser.IsRoot, "only root's servers run as another user");
        var closed = Directory.CreateTempSubdirectory("outpost-closed-").FullName;
        await using var installation = new Installation(Path.Combine(closed, "data"));
        try
        {
            var up = await installation.RunAsync("up");

            Assert.Equal(ExitCodes.Refused, up.Code);
            Assert.Contains($"cannot walk through {closed}", up.Talk, StringComparison.Ordinal);
            Assert.Contains($"chmod o+x {closed}", up.Talk, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(closed, recursive: true);
        }
    }

    [Fact]
    public async Task A_read_only_disk_is_told_as_such()
    {
        await using var disk = await Disk.MountAsync("size=8m,ro");
        await using var installation = new Installation(Path.Combine(disk.Path, "data"));

        var up = await installation.RunAsync("up");

        Assert.Equal(ExitCodes.Refused, up.Code);
        Assert.Contains("is on a read-only file system", up.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_too_small_for_a_database_is_refused_before_it_is_filled()
    {
        await using var disk = await Disk.MountAsync("size=32m,mode=755");
        await using var installation = new Installation(Path.Combine(disk.Path, "data"));

        var up = await installation.RunAsync("up");

        Assert.Equal(ExitCodes.Failed, up.Code);
        Assert.Contains("is full", up.Talk, StringComparison.Ordinal);
        Assert.Contains("a new database needs", up.Talk, StringComparison.Ordinal);
        Assert.False(Directory.Exists(installation.Data.Postgres.Data));
    }

    [Fact]
    public async Task A_disk_that_has_filled_up_is_told_as_such_and_nothing_is_lost_once_there_is_room()
    {
        await using var disk = await Disk.MountAsync("size=192m,mode=755");
        await using var installation = await prepared.CopyAsync(Path.Combine(disk.Path, "data"));
        await installation.UpAsync();
        await installation.NoteAsync("committed");
        await installation.DownAsync();
        disk.Fill();

        var up = await installation.RunAsync("up");
        Assert.Equal(ExitCodes.Failed, up.Code);
        Assert.Contains("is full (0 MB free)", up.Talk, StringComparison.Ordinal);
        Assert.Contains("Next: free some space", up.Talk, StringComparison.Ordinal);

        disk.Empty();
        await installation.UpAsync();
        Assert.Contains("committed", await installation.NotesAsync());
    }

    [Fact]
    public async Task A_word_that_is_no_role_is_answered_with_those_that_are()
    {
        await using var installation = new Installation();

        var up = await installation.RunAsync("up", "--roles", "shop,shpo");

        Assert.Equal(ExitCodes.Configuration, up.Code);
        Assert.Contains("shpo is no role. Fix: choose from: shop", up.Talk, StringComparison.Ordinal);
    }

    /// <summary>A small disk in memory.</summary>
    private sealed class Disk(string path) : IAsyncDisposable
    {
        internal string Path => path;

        internal static async Task<Disk> MountAsync(string options)
        {
            var path = Directory.CreateTempSubdirectory("outpost-disk-").FullName;
            using var mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]) { RedirectStandardError = true })!;
            await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (mount.ExitCode != 0) Directory.Delete(path);
            Assert.SkipUnless(mount.ExitCode == 0, "this machine lets nobody mount a small disk");
            return new(path);
        }

        internal void Fill()
        {
            using var file = File.Create(Path + "/filler");
            try
            {
                while (true) file.Write(new byte[4096]);
            }
            catch (IOException)
            {
                // Full, as wished.
            }
        }

        internal void Empty() => File.Delete(Path + "/filler");

        public async ValueTask DisposeAsync()
        {
            using var unmount = Process.Start("umount", ["-l", path]);
            await unmount.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(path);
        }
    }
}
