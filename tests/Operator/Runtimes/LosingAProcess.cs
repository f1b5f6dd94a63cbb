using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Runtimes;

public sealed class LosingAProcess(Prepared prepared)
{
    [Fact]
    public async Task A_killed_supervisor_is_followed_by_the_next_and_nothing_acknowledged_is_lost()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();
        await installation.NoteAsync("committed");
        Assert.Equal("OK", await installation.RedisAsync("SET key acknowledged"));
        var (postgres, redis, supervisor) = (installation.Server("postgres"), installation.Server("redis"), installation.Record.Supervisor);

        Signals.Send(supervisor, Signal.Kill);
        await Installation.UntilAsync(() => !supervisor.Runs);
        Assert.True(postgres.Runs && redis.Runs, "they outlive their supervisor");

        var answer = await installation.RunAsync("up", "--detach", "--json");
        Assert.True(answer.Code == 0, answer.Talk);
        Assert.Contains($"PostgreSQL (pid {postgres.Pid}) still runs from an earlier start", answer.Talk, StringComparison.Ordinal);
        Assert.False(postgres.Runs || redis.Runs);
        Assert.Contains("committed", await installation.NotesAsync());
        Assert.Equal("acknowledged", await installation.RedisAsync("GET key"));
    }

    [Fact]
    public async Task Down_also_stops_what_a_killed_supervisor_left()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();
        var (servers, supervisor) = (installation.Record.Processes, installation.Record.Supervisor);
        Signals.Send(supervisor, Signal.Kill);
        await Installation.UntilAsync(() => !supervisor.Runs);

        var down = await installation.DownAsync();

        Assert.Equal(0, down.Code);
        Assert.Contains("left behind", down.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(servers, s => s.Identity.Runs);
    }

    [Fact]
    public async Task A_killed_database_comes_back_with_what_was_committed()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();
        await installation.NoteAsync("committed");
        var before = installation.Server("postgres");

        Signals.Send(before, Signal.Kill);
        await Installation.UntilAsync(() => Replaced(installation, "postgres", before));
        Assert.Contains($"PostgreSQL (pid {before.Pid}) ended by signal 9", installation.Data.Log.Since(0), StringComparison.Ordinal);
        await installation.HealthyAsync();

        Assert.Contains("committed", await installation.NotesAsync());
    }

    [Fact]
    public async Task A_killed_Redis_comes_back_with_what_was_acknowledged()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();
        Assert.Equal("OK", await installation.RedisAsync("SET key acknowledged"));
        var before = installation.Server("redis");

        Signals.Send(before, Signal.Kill);
        await Installation.UntilAsync(() => Replaced(installation, "redis", before) && File.Exists(installation.Data.Redis.PidFile));
        await Installation.UntilAsync(async () => await installation.RedisAsync("PING") == "PONG");

        Assert.Equal("acknowledged", await installation.RedisAsync("GET key"));
    }

    [Fact]
    public async Task A_role_that_ends_by_itself_is_started_again()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();

        await installation.PostAsync("end");
        await Installation.UntilAsync(() => installation.Data.Log.Since(0).Contains("Role shop had ended by itself", StringComparison.Ordinal));
        await installation.HealthyAsync();
    }

    [Fact]
    public async Task A_role_that_falls_while_it_is_stopped_leaves_no_server_behind()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();
        var servers = installation.Record.Processes;
        await installation.PostAsync("trip");

        var down = await installation.DownAsync();

        Assert.True(down.Code == 0, down.Talk);
        Assert.Contains("Role shop did not end in good order: tripped over its own feet", installation.Data.Log.Since(0), StringComparison.Ordinal);
        Assert.Contains("Stopped; everything is kept", installation.Data.Log.Since(0), StringComparison.Ordinal);
        Assert.DoesNotContain(servers, s => s.Identity.Runs);
    }

    [Fact]
    public async Task A_role_that_ends_while_others_still_drain_is_not_started_again()
    {
        var (built, said) = (new List<IHost>(), new List<string>());
        var role = new Outpost.Platform.Roles.Role("clerk", "does nothing", _ =>
        {
            built.Add(new HostBuilder().Build());
            return built[^1];
        }, null, null);
        await using var running = new RunningRole(role, Outpost.Platform.Configuration.Settings.FromEnvironment(), new Testing.Clock(DateTimeOffset.UnixEpoch), said.Add);
        await running.StartAsync(TestContext.Current.CancellationToken);

        await running.LetGoAsync();
        built[0].Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await running.StopAsync();

        Assert.Single(built);
        Assert.Empty(said);
    }

    [Fact]
    public async Task What_is_being_answered_when_it_is_stopped_is_answered()
    {
        await using var installation = await prepared.CopyAsync();
        await installation.UpAsync();

        var slow = installation.PostAsync("slow");
        await Installation.UntilAsync(() => installation.Data.Log.Since(0).Contains("/slow", StringComparison.Ordinal));
        var down = await installation.DownAsync();

        Assert.Equal(0, down.Code);
        Assert.Contains("answered", await (await slow).Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_passwords_are_made_anew_and_the_data_is_still_there()
    {
        await using var installation = await prepared.CopyAsync();
        File.Delete(installation.Data.Secrets);

        var report = await installation.UpAsync();

        Assert.Empty(report.Logins);
        Assert.Contains("the first owner", await installation.NotesAsync());
    }

    private static bool Replaced(Installation installation, string name, ProcessIdentity before) =>
        RunRecord.OfRunning(installation.Data)?.Processes.FirstOrDefault(p => p.Name == name)?.Identity is { } now && now != before && now.Runs;
}
