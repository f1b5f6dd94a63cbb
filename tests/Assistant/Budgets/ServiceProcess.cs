using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Outpost.Platform.Configuration;

namespace Outpost.Assistant.Tests.Budgets;

/// <summary>The assistant as a process of its own, which can be killed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Settings _settings;
    private readonly List<Process> _all = [];
    private Process? _process;

    public ServiceProcess(Settings settings)
    {
        Port = FreePort();
        _settings = settings.With(("ASSISTANT_PORT", Port.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public string Log { get; private set; } = "";

    public async Task StartAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment[EntryPoint.As] = "assistant";
        foreach (var key in _settings.Keys) start.Environment[key] = _settings[key];
        _process = Process.Start(start)!;
        _all.Add(_process);
        _process.OutputDataReceived += Note;
        _process.ErrorDataReceived += Note;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                // Another process may listen there: only ours knows its own connections in the database, and it answers while ours lives.
                if ((await client.GetAsync("/version", ct)).IsSuccessStatusCode && !_process.HasExited) return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(20, ct);
            }

            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(60)) throw new InvalidOperationException($"The assistant did not start: {Log}");
        }
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it as systemd does: what is under way is finished and settled first.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(ct);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var process in _all)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;

        lock (_all) Log += line.Data + "\n";
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
