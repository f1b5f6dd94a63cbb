using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outpost.Platform.Health;
using Outpost.Platform.Telemetry;
using Outpost.Platform.Tests.Http;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Health;

public sealed partial class HealthOfAService
{
    [Fact]
    public async Task Is_told_exactly_as_the_runbook_shows_it()
    {
        await using var host = await StartAsync(new Clock(new(2026, 3, 1, 8, 30, 0, 250, TimeSpan.Zero)), new HealthCheck("db", _ => Task.CompletedTask));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/health") { Headers = { { "x-trace-id", "7b8c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3" } } };

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            """{"status":"ok","service":"web","checks":{"db":"ok"},"ts":"2026-03-01T08:30:00.250Z","traceId":"7b8c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3"}""",
            await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal("7b8c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3", answer.Header("x-trace-id"));
        Assert.Equal(133, answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task To_head_is_only_the_status()
    {
        await using var host = await StartAsync(TimeProvider.System, new HealthCheck("db", _ => throw new InvalidOperationException("no")));
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/health");

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Is_asked_once_for_all_who_ask_within_a_second_while_it_is_good()
    {
        var (clock, asked) = (new Clock(DateTimeOffset.UnixEpoch), 0);
        await using var host = await StartAsync(clock, new HealthCheck("db", _ => { Interlocked.Increment(ref asked); return Task.CompletedTask; }));

        for (var i = 0; i < 5; i++) await host.Client.GetAsync("/api/health", Stop);
        Assert.Equal(1, asked);
        clock.Advance(TimeSpan.FromSeconds(1.1));
        await host.Client.GetAsync("/api/health", Stop);

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Is_asked_again_at_once_after_it_was_bad()
    {
        var broken = true;
        await using var host = await StartAsync(new Clock(DateTimeOffset.UnixEpoch), new HealthCheck("db", _ => broken ? throw new InvalidOperationException("no") : Task.CompletedTask), new HealthCheck("redis", _ => Task.CompletedTask));
        using var bad = await host.Client.GetAsync("/api/health", Stop);

        broken = false;
        using var good = await host.Client.GetAsync("/api/health", Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, bad.StatusCode);
        Assert.StartsWith("""{"status":"degraded","service":"web","checks":{"db":"fail","redis":"ok"},"ts":""", await bad.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(["error", "info"], (await host.LogAsync()).Where(line => line.Text("msg").StartsWith("health is", StringComparison.Ordinal)).Select(line => line.Text("level")));
    }

    [Fact]
    public async Task Callers_at_the_same_time_wait_for_one_question()
    {
        var (asked, answer) = (0, new TaskCompletionSource());
        await using var host = await StartAsync(TimeProvider.System, new HealthCheck("db", _ => { Interlocked.Increment(ref asked); return answer.Task; }));

        var callers = Enumerable.Range(0, 10).Select(_ => host.Client.GetAsync("/api/health", Stop)).ToList();
        while (await InFlightAsync(host) < 10) { }
        answer.SetResult();

        Assert.All(await Task.WhenAll(callers), each => Assert.Equal(HttpStatusCode.OK, each.StatusCode));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Follows_the_database_down_and_up_again_and_does_not_hang_with_it()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var host = await RunningHost.StartAsync(
            app =>
            {
                app.MapHealth("/api/health", HealthRoute.Checks("web", TimeProvider.System));
                app.MapGet("/api/jobs", async () => await source.CreateCommand("select 1").ExecuteScalarAsync(Stop));
                app.MapMetrics();
            },
            builder => builder.Services.AddDatabaseHealth(source));

        Assert.Equal("ok", await StatusAsync(host, HttpStatusCode.OK));
        Assert.Contains("\npostgres_active_connections ", await host.Client.GetStringAsync("/metrics", Stop), StringComparison.Ordinal);
        Assert.Contains("\ndb_client_operation_duration_seconds_bucket{", await host.Client.GetStringAsync("/metrics", Stop), StringComparison.Ordinal);

        await postgres.DownAsync();
        await UntilAsync(host, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("degraded", await StatusAsync(host, HttpStatusCode.ServiceUnavailable));
        using (var jobs = await host.Client.GetAsync("/api/jobs", Stop))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, jobs.StatusCode);
            Assert.Equal("INTERNAL_ERROR", (await jobs.ErrorAsync()).Text("code"));
        }

        await postgres.UpAsync();
        await UntilAsync(host, HttpStatusCode.OK);

        postgres.Freeze();
        await UntilAsync(host, HttpStatusCode.ServiceUnavailable);
        postgres.Thaw();
        await UntilAsync(host, HttpStatusCode.OK);
    }

    private static async Task<string> StatusAsync(RunningHost host, HttpStatusCode status)
    {
        using var answer = await host.Client.GetAsync("/api/health", Stop);
        Assert.Equal(status, answer.StatusCode);
        return (await answer.JsonAsync()).Text("status");
    }

    // A good answer holds for a second, and a server that came up needs a moment; neither needs half a minute.
    private static async Task UntilAsync(RunningHost host, HttpStatusCode status)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            using var answer = await host.Client.GetAsync("/api/health", Stop);
            if (answer.StatusCode == status) return;

            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"health did not become {status}");
        }
    }

    private static async Task<int> InFlightAsync(RunningHost host) =>
        int.Parse(InFlight().Match(await host.Client.GetStringAsync("/metrics", Stop)).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) - 1;

    [GeneratedRegex(@"\nhttp_requests_in_flight (\d+)\n")]
    private static partial Regex InFlight();

    private static Task<RunningHost> StartAsync(TimeProvider clock, params HealthCheck[] checks) => RunningHost.StartAsync(
        app =>
        {
            app.MapHealth("/api/health", HealthRoute.Checks("web", clock));
            app.MapMetrics();
        },
        builder =>
        {
            builder.Services.AddSingleton(clock);
            foreach (var check in checks) builder.Services.AddSingleton(check);
        });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
