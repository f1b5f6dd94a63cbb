using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Restores;

/// <summary>
/// A role of this build on a port of its own over a restored database: another process, which ends when we do, even when we are killed, because the shell that
/// watches over it reads from a pipe that only we hold.
/// </summary>
internal sealed class ServedCopy : IAsyncDisposable
{
    private const string Watch = """
        "$@" </dev/null 2>&1 &
        child=$!
        (read -r _; kill "$child" 2>/dev/null) <&3 &
        exec 3<&-
        wait "$child"
        """;

    private static readonly TimeSpan Within = TimeSpan.FromMinutes(1);
    private readonly Process _watch;
    private readonly StringBuilder _printed = new();

    private ServedCopy(Process watch, Uri address) => (_watch, Address) = (watch, address);

    public Uri Address { get; }

    /// <summary>What it answered when it was asked how it is.</summary>
    public string Health { get; private set; } = "";

    /// <summary>Starts the role that serves a subsystem and waits until it says that it is healthy.</summary>
    /// <param name="settings">Lead to the restored database.</param>
    /// <exception cref="TroubleException">It is not healthy.</exception>
    public static async Task<ServedCopy> StartAsync(Role role, Settings settings, TimeProvider clock, CancellationToken ct)
    {
        var port = FreePort();
        var self = Environment.ProcessPath!;
        string[] command = [.. Path.GetFileNameWithoutExtension(self) == "dotnet" ? new[] { self, Environment.GetCommandLineArgs()[0] } : [self], "serve", role.Name];
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; " + Watch, "sh", .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var key in settings.Keys) start.Environment[key] = settings[key] ?? "";
        start.Environment.Remove("PORT");
        start.Environment[Ports.Setting(role)] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment[role.Name.ToUpperInvariant() + "_HOST"] = "127.0.0.1";
        if (settings["AUTH_SECRET"] is null) start.Environment["AUTH_SECRET"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));

        var served = new ServedCopy(Process.Start(start)!, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")));
        served._watch.OutputDataReceived += (_, line) => served.Keep(line.Data);
        served._watch.ErrorDataReceived += (_, line) => served.Keep(line.Data);
        served._watch.BeginOutputReadLine();
        served._watch.BeginErrorReadLine();
        try
        {
            await served.HealthyAsync(role, clock, ct);
            return served;
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _watch.StandardInput.Close();
        using var within = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _watch.WaitForExitAsync(within.Token);
        }
        catch (OperationCanceledException)
        {
            _watch.Kill(entireProcessTree: true);
        }

        _watch.Dispose();
    }

    private async Task HealthyAsync(Role role, TimeProvider clock, CancellationToken ct)
    {
        using var client = OutgoingHttp.Client(TimeSpan.FromSeconds(5));
        var begun = clock.GetTimestamp();
        while (true)
        {
            var seen = "";
            try
            {
                using var answer = await client.GetAsync(new Uri(Address, role.Health), ct);
                seen = await answer.Content.ReadAsStringAsync(ct);
                Health = seen;
                // Whoever answers has to be the one that was started.
                if (answer.IsSuccessStatusCode && !_watch.HasExited) return;
            }
            catch (HttpRequestException)
            {
            }
            catch (TaskCanceledException) when (!ct.IsCancellationRequested)
            {
            }

            if (_watch.HasExited || Stopwatch.GetElapsedTime(begun, clock.GetTimestamp()) > Within)
            {
                throw new TroubleException(TroubleKind.Failed, $"{role.Name} is not healthy on what was restored", "take another backup: outpost backup list", Tail(seen));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_printed)
        {
            if (_printed.Length > 64 * 1024) _printed.Remove(0, 32 * 1024);
            _printed.Append(line).Append('\n');
        }
    }

    private string Tail(string seen)
    {
        lock (_printed) return string.Join('\n', $"{seen}\n{_printed}".Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(5));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
