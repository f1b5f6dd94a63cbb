using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>The field service's web process as it is served, to be killed and started again at the same address.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly TimeSpan _ahead;
    private readonly int _port = FreePort();
    private Process? _process;

    private WebProcess(TestDatabase database, TimeSpan ahead) => (_database, _ahead) = (database, ahead);

    public Uri Address => new($"http://127.0.0.1:{_port}/");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="now">What its clock shows at the beginning.</param>
    public static async Task<WebProcess> StartAsync(TestDatabase database, DateTimeOffset now)
    {
        var web = new WebProcess(database, now - TimeProvider.System.GetUtcNow());
        await web.StartAsync();
        return web;
    }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in new[]
        {
            (EntryPoint.As, "web"), (EntryPoint.Ahead, _ahead.ToString("c", CultureInfo.InvariantCulture)), ("DATABASE_URL", _database.AppUrl), ("DATABASE_OWNER_URL", _database.OwnerUrl),
            ("FSM_PORT", _port.ToString(CultureInfo.InvariantCulture)), ("AUTH_SECRET", "a secret of the tests, long enough to be one"), ("LOG_LEVEL", "error"),
        })
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        await ReadyAsync(_process);
    }

    /// <summary>With -9.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;

        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task ReadyAsync(Process process)
    {
        using var client = new HttpClient();
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            // Whoever else sits on the port, this one would have ended.
            Assert.False(process.HasExited, process.HasExited ? await process.StandardError.ReadToEndAsync(Stop) : "");
            try
            {
                if ((await client.GetAsync(new Uri(Address, "api/health"), Stop)).StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // It is not there yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60), "The web process did not start.");
            await Task.Delay(20, Stop);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
