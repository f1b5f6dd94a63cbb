using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Outpost.Bench;

/// <summary><c>outpost assistant fake-provider</c> in a process of its own, to stand for the providers while something else is measured.</summary>
internal sealed class PracticeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private HttpClient? _client;

    private PracticeProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public HttpClient Client => _client ??= new() { BaseAddress = new($"http://127.0.0.1:{Port}") };

    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    public static async Task<PracticeProcess> StartAsync(CancellationToken ct)
    {
        var port = Installation.FreePort();
        var process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [.. Installation.Assembly(), "assistant", "fake-provider", "--port", port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        var practice = new PracticeProcess(process, port);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        // Its first line says that it listens.
        var line = await process.StandardError.ReadLineAsync(patience.Token);
        return line is not null ? practice : throw new InvalidOperationException("The practice provider did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
