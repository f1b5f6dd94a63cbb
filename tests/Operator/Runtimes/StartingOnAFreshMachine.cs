using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Runtimes;

public sealed class StartingOnAFreshMachine
{
    [Fact]
    public async Task It_comes_up_says_how_to_sign_in_once_and_goes_down_with_everything_kept()
    {
        await using var installation = new Installation();

        var first = await installation.UpAsync();
        Assert.False(first.AlreadyRunning);
        Assert.Equal("owner@shop.example", Assert.Single(first.Logins).Email);
        Assert.Equal(installation.Port, Assert.Single(first.Roles).Address!.Port);
        Assert.DoesNotContain(first.Logins[0].Password, string.Concat(Directory.GetFiles(installation.Data.Logs).Select(File.ReadAllText)), StringComparison.Ordinal);
        await installation.NoteAsync("kept");

        var second = await installation.RunAsync("up");
        Assert.Equal(0, second.Code);
        Assert.Contains($"already runs here (pid {first.Pid}); nothing was changed", second.Out, StringComparison.Ordinal);
        Assert.Contains($":{installation.Port}/", second.Out, StringComparison.Ordinal);
        Assert.Equal(first.Pid, installation.Record.Supervisor.Pid);

        var status = await installation.RunAsync("status");
        Assert.Equal(0, status.Code);
        Assert.Contains("shop: healthy", status.Out, StringComparison.Ordinal);

        var servers = installation.Record.Processes;
        Assert.Equal(["postgres", "redis"], servers.Select(s => s.Name));
        Assert.Equal(0, (await installation.DownAsync()).Code);
        Assert.DoesNotContain(servers, s => s.Identity.Runs);
        Assert.Equal(1, (await installation.RunAsync("status")).Code);
        Assert.Contains("Nothing runs", (await installation.DownAsync()).Out, StringComparison.Ordinal);

        Assert.Empty((await installation.UpAsync()).Logins);
        Assert.Contains("kept", await installation.NotesAsync());
    }

    [Fact]
    public async Task Of_two_at_once_one_starts_and_the_other_says_so()
    {
        await using var installation = new Installation();

        var both = await Task.WhenAll(installation.RunAsync("up", "--detach", "--json"), installation.RunAsync("up", "--detach", "--json"));

        Assert.All(both, answer => Assert.True(answer.Code == 0, answer.Talk));
        Assert.Equal([false, true], both.Select(a => a.Report.AlreadyRunning).Order());
        Assert.Equal(both[0].Report.Pid, both[1].Report.Pid);
        Assert.True(await installation.IsHealthyAsync());
    }

    [Fact]
    public async Task A_database_that_was_half_made_when_the_power_went_is_made_anew()
    {
        await using var installation = new Installation();
        using (var up = installation.Start("up"))
        {
            await Installation.UntilAsync(() => HalfMade(installation) is { } half && File.Exists(Path.Combine(half, "cluster", "PG_VERSION")));
            up.Kill();
            await up.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.False(Directory.Exists(installation.Data.Postgres.Data));
        await installation.UpAsync();
        Assert.Single(Leftovers.Of(installation.Data.Redis.Data, installation.Data.Redis.Socket, "redis-server", "valkey-server"));
        Assert.True(await installation.IsHealthyAsync());
        Assert.Null(HalfMade(installation));
    }

    [Fact]
    public async Task Nobody_else_can_look_inside_and_no_server_runs_as_root()
    {
        await using var installation = new Installation();
        await installation.UpAsync();

        const UnixFileMode readable = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        foreach (var path in (string[])[installation.Data.Path, installation.Data.Secrets, installation.Data.Logs, installation.Data.Postgres.Data, installation.Data.Postgres.Sockets, installation.Data.Redis.Data])
        {
            Assert.Equal(default, File.GetUnixFileMode(path) & readable);
        }

        Assert.All(installation.Record.Processes, server => Assert.NotEqual(0u, PrivateDirectory.Owner($"/proc/{server.Identity.Pid}")));
    }

    private static string? HalfMade(Installation installation) =>
        Directory.Exists(installation.Data.Path) ? Directory.GetDirectories(installation.Data.Path, "postgres.new-*").FirstOrDefault() : null;
}
