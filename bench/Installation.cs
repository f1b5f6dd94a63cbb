using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Outpost.Platform.Http;

namespace Outpost.Bench;

/// <summary>
/// An Outpost of its own to measure: <c>outpost up</c> on an empty data directory and a free port, as a user would start it, and gone afterwards.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly string _directory;
    private readonly List<string> _told = [];
    private readonly Wanted _wanted;

    private Installation(Process process, string directory, int port, Wanted wanted) => (_process, _directory, Port, _wanted) = (process, directory, port, wanted);

    public int Port { get; }

    public int Pid => _process.Id;

    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    /// <summary>The first owner's, as it was shown once.</summary>
    public (string Email, string Password) Login { get; private set; }

    /// <summary>From the start of the process to the first healthy answer.</summary>
    public TimeSpan ToHealthy { get; private set; }

    public static Task<Installation> StartAsync(CancellationToken ct) => StartAsync(Wanted.FieldService, ct);

    public static async Task<Installation> StartAsync(Wanted wanted, CancellationToken ct)
    {
        var directory = Directory.CreateTempSubdirectory("outpost-bench-").FullName;
        if (Environment.UserName == "root") File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var installation = await LaunchAsync(directory, wanted, ct);
        // A new installation makes its database first; what a user waits for every other day is a start of one that exists.
        await installation.StopAsync();
        var again = await LaunchAsync(directory, wanted, ct);
        again.Login = installation.Login;
        return again;
    }

    /// <summary>Fills in a demo company, as <c>outpost demo</c> does.</summary>
    public async Task DemoAsync(string size, CancellationToken ct)
    {
        using var demo = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Assembly(), "demo", "--size", size, "--data", _directory]) { RedirectStandardError = true })!;
        var told = await demo.StandardError.ReadToEndAsync(ct);
        await demo.WaitForExitAsync(ct);
        if (demo.ExitCode != 0) throw new InvalidOperationException($"The demo company could not be made: {told}");
    }

    /// <summary>The owner's session, as a cookie.</summary>
    public async Task<string> SignInAsync(CancellationToken ct)
    {
        using var client = Client();
        using var answer = await client.PostAsJsonAsync("/api/v1/auth/login", new { email = Login.Email, password = Login.Password }, ct);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public HttpClient Client()
    {
        var client = OutgoingHttp.Client(TimeSpan.FromSeconds(100));
        client.BaseAddress = new Uri($"http://127.0.0.1:{Port}");
        return client;
    }

    /// <summary>The settings with which another process reaches its database of the hub.</summary>
    public IEnumerable<(string Key, string Value)> Reach()
    {
        var password = File.ReadLines(Path.Combine(_directory, "secrets.env")).First(line => line.StartsWith("AICQ_APP_PASSWORD=", StringComparison.Ordinal)).Split('=', 2)[1].Trim('"');
        yield return ("DATABASE_URL", $"postgres://aicq_app:{Uri.EscapeDataString(password)}@/aicq?host={Uri.EscapeDataString(Path.Combine(_directory, "run", "postgres"))}");
        yield return ("AICQ_MIGRATE", "false");
    }

    public static async Task<JsonNode> PostAsync(HttpClient client, string path, object body, CancellationToken ct)
    {
        using var answer = await client.PostAsJsonAsync(path, body, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"POST {path} answered {(int)answer.StatusCode}: {text}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<Installation> LaunchAsync(string directory, Wanted wanted, CancellationToken ct)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Assembly(), "up", "--json", "--data", directory, "--roles", wanted.Roles])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [wanted.PortKey] = port.ToString(System.Globalization.CultureInfo.InvariantCulture), ["LOG_LEVEL"] = "warn" },
        };
        foreach (var key in new[] { "DATABASE_URL", "FSM_DATABASE_URL", "AICQ_DATABASE_URL", "ASSISTANT_DATABASE_URL", "REDIS_URL" }) start.Environment.Remove(key);
        foreach (var (key, value) in wanted.Settings) start.Environment[key] = value;

        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        var installation = new Installation(process, directory, port, wanted);
        process.ErrorDataReceived += (_, line) => installation.Keep(line.Data);
        process.BeginErrorReadLine();
        try
        {
            await installation.HealthyAsync(started, ct);

            // One line on standard output says that everything runs, and how to sign in if that is new.
            var report = await process.StandardOutput.ReadLineAsync(ct) ?? throw installation.Unhealthy();
            if (JsonNode.Parse(report)!["logins"]!.AsArray().FirstOrDefault(one => (string)one!["system"]! == wanted.System) is { } login) installation.Login = ((string)login["email"]!, (string)login["password"]!);
            return installation;
        }
        catch
        {
            // What does not come up must not go on beside the next measurement.
            await installation.DisposeAsync();
            throw;
        }
    }

    private async Task HealthyAsync(long started, CancellationToken ct)
    {
        using var client = Client();
        while (!await AnswersAsync(client, ct))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw Unhealthy();
            }

            await Task.Delay(10, ct);
        }

        ToHealthy = Stopwatch.GetElapsedTime(started);
    }

    private async Task<bool> AnswersAsync(HttpClient client, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(_wanted.Health, UriKind.Relative), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;

        lock (_told) _told.Add(line);
    }

    private InvalidOperationException Unhealthy()
    {
        lock (_told) return new($"Outpost did not become healthy:{Environment.NewLine}{string.Join(Environment.NewLine, _told)}");
    }

    private async Task StopAsync()
    {
        if (_process.HasExited) return;

        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
    }

    // Run as `dotnet outpost.dll` the process is dotnet; as a published program it is outpost itself.
    internal static string[] Assembly() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>What is to run, and where it says how it is.</summary>
    public sealed record Wanted(string System, string Roles, string PortKey, string Health, (string Key, string Value)[] Settings)
    {
        public static Wanted FieldService { get; } = new("fsm", "fsm,worker", "FSM_PORT", "/api/health", []);
    }
}
