using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Outpost.Platform.Configuration;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Live;

/// <summary>A hub in a process of its own, as it is served, to be killed.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    private readonly Process _process;
    private (long Lines, long Bytes, int Longest) _log;

    private HubProcess(Process process, string name, int port) => (_process, Name, Port) = (process, name, port);

    /// <summary>How much it has written to its log.</summary>
    public (long Lines, long Bytes, int Longest) Log
    {
        get
        {
            lock (_process) return _log;
        }
    }

    public string Name { get; }

    public int Port { get; }

    public static async Task<HubProcess> StartAsync(TestDatabase database, RedisUrl redis, string name, params (string Key, string Value)[] settings)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[EntryPoint.As] = "aicq";
        (string, string)[] all =
        [
            ("DATABASE_URL", database.AppUrl), ("DATABASE_OWNER_URL", database.OwnerUrl), ("REDIS_URL", redis.ToUrl()), ("AICQ_PORT", port.ToString(CultureInfo.InvariantCulture)), ("INSTANCE", name),
            ("AUTH_SECRET", "a secret of the tests, long enough to be one"), ("TRUSTED_PROXIES", "127.0.0.1"), ("RATE_LIMIT_WHITELIST", "127.0.0.1"), ("LOG_LEVEL", "error"), .. settings,
        ];
        foreach (var (key, value) in all) start.Environment[key] = value;
        var process = Process.Start(start)!;
        var hub = new HubProcess(process, name, port);
        process.OutputDataReceived += (_, line) => hub.Count(line.Data);
        process.BeginOutputReadLine();
        await hub.ReadyAsync();
        return hub;
    }

    /// <summary>With -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(HubUnderTest.Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Count(string? line)
    {
        if (line is null) return;

        lock (_process) _log = (_log.Lines + 1, _log.Bytes + line.Length, Math.Max(_log.Longest, line.Length));
    }

    internal static int FreePort()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    private async Task ReadyAsync()
    {
        using var client = new HttpClient();
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var health = await client.GetStringAsync(new Uri($"http://127.0.0.1:{Port}/health"), HubUnderTest.Stop);
                Assert.Contains($"\"instance\":\"{Name}\"", health, StringComparison.Ordinal);
                return;
            }
            catch (HttpRequestException)
            {
                Assert.False(_process.HasExited, _process.HasExited ? await _process.StandardError.ReadToEndAsync(HubUnderTest.Stop) : "");
                Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60), "The hub did not start.");
                await Task.Delay(20, HubUnderTest.Stop);
            }
        }
    }
}

/// <summary>haproxy in front of hubs, as the runbook has a proxy in front of its machines.</summary>
internal sealed class Haproxy : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    private Haproxy(Process process, string directory, int port) => (_process, _directory, Port) = (process, directory, port);

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public static async Task<Haproxy> StartAsync(IEnumerable<HubProcess> hubs)
    {
        var port = HubProcess.FreePort();
        var directory = System.IO.Directory.CreateTempSubdirectory("outpost-haproxy-").FullName;
        var servers = string.Join("\n", hubs.Select(hub => $"  server {hub.Name} 127.0.0.1:{hub.Port} check inter 100ms fall 2 rise 1"));
        await File.WriteAllTextAsync(Path.Combine(directory, "haproxy.cfg"), $"""
            global
              maxconn 2000
            defaults
              mode http
              timeout connect 1s
              timeout client 1m
              timeout server 1m
              option redispatch 1
              retries 3
            frontend hub
              bind 127.0.0.1:{port}
              default_backend hubs
            backend hubs
              balance roundrobin
              option httpchk GET /health
              option forwardfor
            {servers}

            """, HubUnderTest.Stop);
        // It ends with the test process: -db keeps it in the foreground, and the shell ends it when its pipe closes.
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", "haproxy -db -q -f haproxy.cfg </dev/null >log 2>&1 & server=$!; read -r _; kill -KILL $server"])
        {
            RedirectStandardInput = true, WorkingDirectory = directory,
        })!;
        process.StartInfo.Environment["PATH"] = "/usr/sbin:/usr/bin:/bin";
        var proxy = new Haproxy(process, directory, port);
        using var client = new HttpClient();
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if ((await client.GetAsync(new Uri(proxy.Address, "health"), HubUnderTest.Stop)).StatusCode == HttpStatusCode.OK) return proxy;
            }
            catch (HttpRequestException)
            {
                if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(60)) Assert.Fail(await File.ReadAllTextAsync(Path.Combine(directory, "log"), HubUnderTest.Stop));
            }

            await Task.Delay(20, HubUnderTest.Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        System.IO.Directory.Delete(_directory, recursive: true);
    }
}
