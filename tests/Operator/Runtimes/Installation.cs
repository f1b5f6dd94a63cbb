using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

[assembly: AssemblyFixture(typeof(Outpost.Operator.Tests.Runtimes.Prepared))]

namespace Outpost.Operator.Tests.Runtimes;

/// <summary>One data directory and a port of its own, and the command line for it, as a process that can be killed.</summary>
public sealed class Installation : IAsyncDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Dictionary<string, string> _settings = [];

    internal Installation(string? data = null)
    {
        Data = new(data ?? Path.Combine(Path.GetTempPath(), $"outpost-{Guid.NewGuid().ToString("n")[..12]}"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _client.BaseAddress = new($"http://127.0.0.1:{Port}/");
    }

    internal DataDirectory Data { get; }

    internal int Port { get; }

    internal RunRecord Record => RunRecord.OfRunning(Data) ?? throw new InvalidOperationException("nothing runs");

    internal sealed record Answer(int Code, string Out, string Talk)
    {
        internal UpReport Report => JsonSerializer.Deserialize(Out, RunJson.Default.UpReport)!;
    }

    internal Installation With(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    internal ProcessIdentity Server(string name) => Record.Processes.Single(p => p.Name == name).Identity;

    internal Process Start(params string[] words)
    {
        var start = new ProcessStartInfo(System.Environment.ProcessPath!, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var key in (string[])["DATABASE_URL", "SHOP_DATABASE_URL", "REDIS_URL", "AUTH_SECRET"]) start.Environment.Remove(key);
        foreach (var (key, value) in Environment()) start.Environment[key] = value;
        return Process.Start(start)!;
    }

    /// <summary>What makes this executable the command line of this installation.</summary>
    internal Dictionary<string, string> Environment() => new(_settings)
    {
        [EntryPoint.AsOutpost] = "1",
        [DataDirectory.Key] = Data.Path,
        ["OUTPOST_ENV_FILE"] = Path.Combine(Data.Path, ".env"),
        ["SHOP_PORT"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    internal async Task<Answer> RunAsync(params string[] words)
    {
        using var process = Start(words);
        var (output, talk) = (process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
        await process.WaitForExitAsync(Ct);
        return new(process.ExitCode, await output, await talk);
    }

    internal async Task<UpReport> UpAsync()
    {
        var answer = await RunAsync("up", "--detach", "--json");
        Assert.True(answer.Code == 0, answer.Talk);
        return answer.Report;
    }

    internal async Task<Answer> DownAsync() => await RunAsync("down");

    internal async Task NoteAsync(string text) => (await _client.PostAsync(new Uri("notes/" + text, UriKind.Relative), null, Ct)).EnsureSuccessStatusCode();

    internal async Task<string[]> NotesAsync() => (await _client.GetFromJsonAsync<string[]>("notes", Ct))!;

    internal Task<HttpResponseMessage> PostAsync(string path) => _client.PostAsync(new Uri(path, UriKind.Relative), null, Ct);

    internal async Task<string> RedisAsync(string command)
    {
        var url = await _client.GetStringAsync(new Uri("redis", UriKind.Relative), Ct);
        var parts = url["unix://:".Length..].Split('@');
        return await Outpost.Platform.Redis.Embedded.RedisSocket.AskAsync(Uri.UnescapeDataString(parts[1]), parts[0], command, Ct);
    }

    internal Task HealthyAsync() => UntilAsync(IsHealthyAsync);

    internal async Task<bool> IsHealthyAsync() => (await _client.GetAsync(new Uri("health", UriKind.Relative), Ct)).IsSuccessStatusCode;

    internal static async Task UntilAsync(Func<bool> so) => Assert.True(await Signals.UntilAsync(so, TimeSpan.FromSeconds(60), TimeProvider.System, Ct));

    /// <summary>For what a server that has just come up may still refuse.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> so)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await TriedAsync(so))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "not so within a minute");
            await Task.Delay(50, Ct);
        }
    }

    private static async Task<bool> TriedAsync(Func<Task<bool>> so)
    {
        try
        {
            return await so();
        }
        catch (SocketException)
        {
            return false;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!Directory.Exists(Data.Path)) return;

        await RunAsync("down");
        Directory.Delete(Data.Path, recursive: true);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}

/// <summary>A data directory that was up once, to be copied: making a cluster takes longer than most tests.</summary>
public sealed class Prepared : IAsyncLifetime
{
    private readonly Lazy<Task<Installation>> _made = new(async () =>
    {
        var installation = new Installation();
        await installation.UpAsync();
        await installation.DownAsync();
        return installation;
    });

    internal async Task<Installation> CopyAsync(string? data = null)
    {
        var copy = new Installation(data);
        using var process = Process.Start("cp", ["-a", (await _made.Value).Data.Path + "/.", copy.Data.Path]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return copy;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_made.IsValueCreated) await (await _made.Value).DisposeAsync();
    }
}
