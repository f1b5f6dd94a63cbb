using System.Diagnostics;

namespace Outpost.FieldService.Tests.Worker;

/// <summary>A process of its own that a test talks to and may kill; what it says on its standard output can be waited for.</summary>
internal sealed class OtherProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> Seen, TaskCompletionSource Done)> _waiting = [];
    private readonly Task _reading;

    private OtherProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    public static OtherProcess Start(string what, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = AppContext.BaseDirectory };
        start.Environment[EntryPoint.As] = what;
        start.Environment["DOTNET_TieredCompilation"] = "1";
        foreach (var (key, value) in settings) start.Environment[key] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>A mail server, and the port on which it listens.</summary>
    public static Task<(OtherProcess Process, int Port)> MailAsync(params (string Key, string Value)[] settings) => ListeningAsync("mail", settings);

    public static Task<(OtherProcess Process, int Port)> GatewayAsync(params (string Key, string Value)[] settings) => ListeningAsync("gateway", settings);

    /// <summary>Waits until it has said this, if it has not already.</summary>
    public Task SaysAsync(string part) => UntilAsync(lines => lines.Any(line => line.Contains(part, StringComparison.Ordinal)));

    public async Task UntilAsync(Func<IReadOnlyList<string>, bool> seen)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (seen(_lines)) return;
            _waiting.Add((seen, done));
        }

        try
        {
            await done.Task.WaitAsync(Patience, FieldServiceUnderTest.Stop);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It did not say what was waited for:{Environment.NewLine}{string.Join(Environment.NewLine, Lines.TakeLast(30))}");
        }
    }

    /// <summary>kill -9</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and then its exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private static async Task<(OtherProcess Process, int Port)> ListeningAsync(string what, params (string Key, string Value)[] settings)
    {
        var process = Start(what, settings);
        await process.SaysAsync("listening ");
        return (process, int.Parse(process.Lines.First(line => line.StartsWith("listening ", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _lines.Add(line);
                foreach (var waiting in _waiting.Where(w => w.Seen(_lines)).ToList())
                {
                    waiting.Done.TrySetResult();
                    _waiting.Remove(waiting);
                }
            }
        }
    }
}
