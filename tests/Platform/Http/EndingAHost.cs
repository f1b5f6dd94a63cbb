using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outpost.Platform.Health;

namespace Outpost.Platform.Tests.Http;

public sealed class EndingAHost
{
    [Fact]
    public async Task What_is_under_way_is_finished_and_nothing_new_is_taken()
    {
        var (arrived, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/slow", async () =>
        {
            arrived.SetResult();
            await finish.Task;
            return "finished";
        }));
        var slow = host.Client.GetStringAsync("/slow", Stop);
        await arrived.Task.WaitAsync(Stop);

        var ending = host.Host.StopAsync(Stop);
        await RefusedAsync(host.Address);
        finish.SetResult();

        Assert.Equal("finished", await slow);
        await ending;
    }

    [Fact]
    public async Task What_does_not_end_within_the_deadline_is_cut_off()
    {
        var arrived = new TaskCompletionSource();
        await using var host = await RunningHost.StartAsync(
            app => app.MapGet("/endless", async (Microsoft.AspNetCore.Http.HttpContext http) =>
            {
                arrived.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
            }),
            settings: ("DRAIN_SECONDS", "0"));
        var endless = host.Client.GetStringAsync("/endless", Stop);
        await arrived.Task.WaitAsync(Stop);

        await host.Host.StopAsync(Stop);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => endless);
    }

    [Fact]
    public async Task Health_says_draining_while_connections_are_still_taken()
    {
        await using var host = await RunningHost.StartAsync(
            app => app.MapHealth("/api/health", HealthRoute.Checks("web", TimeProvider.System)),
            builder => builder.Services.AddSingleton(new HealthCheck("db", _ => Task.CompletedTask)),
            settings: ("DRAIN_NOTICE_SECONDS", "1"));
        var stopping = host.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        Assert.Equal("ok", (await (await host.Client.GetAsync("/api/health", Stop)).JsonAsync()).Text("status"));

        var ending = host.Host.StopAsync(Stop);
        using var answer = await host.Client.GetAsync("/api/health", Stop);

        Assert.True(stopping.IsCancellationRequested);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("draining", (await answer.JsonAsync()).Text("status"));
        await ending;
    }

    // The listener closes at some moment after the stop has begun; from then on it stays closed.
    private static async Task RefusedAsync(Uri address)
    {
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address.Host, address.Port, Stop);
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
            {
                return;
            }
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
