using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Outpost.Bench;

/// <summary>The command line, run as an operator runs it, on a data directory of its own that is gone afterwards.</summary>
internal sealed class OutpostTool : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    public OutpostTool(IReadOnlyDictionary<string, string> settings)
    {
        Data = Directory.CreateTempSubdirectory("outpost-bench-").FullName;
        if (Environment.UserName == "root") File.SetUnixFileMode(Data, File.GetUnixFileMode(Data) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var (key, value) in settings) _settings[key] = value;
        _settings["OUTPOST_DATA"] = Data;
        _settings["LOG_LEVEL"] = "warn";
        foreach (var key in (string[])["FSM_PORT", "ASSISTANT_PORT", "AICQ_PORT"]) _settings[key] = FreePort().ToString(CultureInfo.InvariantCulture);
    }

    public string Data { get; }

    /// <param name="PeakMemory">The most it held in RAM, in bytes: all of it, pages of programs that it shares with others included.</param>
    /// <param name="OwnMemory">The most that it took of the machine's: its own, and its share of what it shares; as seen every 50 ms.</param>
    public sealed record Ran(TimeSpan Took, string Output, long PeakMemory, long OwnMemory);

    /// <summary>For the commands that come.</summary>
    public void Set(string key, string value) => _settings[key] = value;

    /// <exception cref="InvalidOperationException">It did not end with 0.</exception>
    public async Task<Ran> RunAsync(CancellationToken ct, params string[] words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? (string[])[Environment.GetCommandLineArgs()[0]] : [], .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var key in (string[])["DATABASE_URL", "FSM_DATABASE_URL", "ASSISTANT_DATABASE_URL", "AICQ_DATABASE_URL", "REDIS_URL", "ARCHIVE_URL"]) start.Environment.Remove(key);
        foreach (var (key, value) in _settings) start.Environment[key] = value;
        var from = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var (output, talk) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        var (ended, peak, own) = (process.WaitForExitAsync(ct), 0L, 0L);
        do
        {
            peak = Math.Max(peak, Bytes(Lines(process.Id, "status"), "VmHWM:"));
            own = Math.Max(own, Bytes(Lines(process.Id, "smaps_rollup"), "Pss:"));
        }
        while (await Task.WhenAny(ended, Task.Delay(Look, ct)) != ended);
        await ended;
        var took = Stopwatch.GetElapsedTime(from);
        return process.ExitCode == 0 ? new(took, await output, peak, own) : throw new InvalidOperationException($"outpost {string.Join(' ', words)} ended with {process.ExitCode}: {await talk}");
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(CancellationToken.None, "down");
        Directory.Delete(Data, recursive: true);
    }

    private static string[] Lines(int pid, string file)
    {
        try
        {
            return File.ReadAllLines($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            return []; // it ended while it was looked at
        }
    }

    private static long Bytes(string[] status, string field) =>
        status.FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) is { } line ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 : 0;

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
