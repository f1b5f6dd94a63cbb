using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Outpost.Platform.Configuration;

namespace Outpost.Testing;

/// <summary>
/// One redis-server with a directory of its own, which can be killed, paused and started again. It ends with the test process even when that is killed with
/// -9, because the shell that watches over it reads from a pipe that only the test process holds open.
/// </summary>
public sealed class RedisProcess : IAsyncDisposable
{
    public const int Databases = 2048;

    // setsid: Ctrl-C in the terminal ends the tests; the server follows when the pipe closes, and not before.
    private const string Watch = """
        cd "$1"
        while read -r word; do
          case $word in
            start) "$2" ./redis.conf </dev/null >>log 2>&1 & server=$! ;;
            kill) kill -KILL $server; wait $server 2>/dev/null ;;
            stop) kill -TERM $server; wait $server ;;
            pause) kill -STOP $server ;;
            resume) kill -CONT $server ;;
          esac
          echo "$word $server"
        done
        [ -n "$server" ] && kill -KILL $server 2>/dev/null
        wait
        cd / && rm -rf "$1"
        """;

    private readonly Process _watch;

    private RedisProcess(Process watch, string directory) => (_watch, Directory) = (watch, directory);

    /// <summary>Holds the socket, the configuration, the data and the log.</summary>
    public string Directory { get; }

    public string Socket => Path.Combine(Directory, "s");

    public string? Password { get; private init; }

    /// <summary>0 unless one was wanted.</summary>
    public int Port { get; private set; }

    public int Pid { get; private set; }

    /// <summary>Over the unix socket, as database 0.</summary>
    public RedisUrl Url => new() { SocketPath = Socket, Password = Password };

    /// <summary>Over TCP on the loopback interface.</summary>
    public RedisUrl TcpUrl => new() { Host = "127.0.0.1", Port = Port, Password = Password };

    /// <param name="tcp">Whether it listens on a port too.</param>
    /// <param name="settings">Further lines of its configuration; {dir} is its directory, {port} its port.</param>
    public static async Task<RedisProcess> StartAsync(bool tcp = false, string? password = null, string settings = "", Func<string, Task>? prepare = null)
    {
        var directory = Path.Combine(Roomy(), $"outpost-redis-{Guid.NewGuid().ToString("n")[..8]}");
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (prepare is not null) await prepare(directory);

        var watch = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Watch, "sh", directory, Binary()]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var server = new RedisProcess(watch, directory) { Password = password };
        for (var attempt = 1; ; attempt++)
        {
            server.Port = tcp ? FreePort() : 0;
            await File.WriteAllTextAsync(Path.Combine(directory, "redis.conf"), server.Configuration(settings));
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException taken) when (taken.Message.Contains("Address already in use", StringComparison.Ordinal) && attempt < 20)
            {
                // Somebody else was faster to take the port.
                File.Delete(Path.Combine(directory, "log"));
            }
        }
    }

    /// <summary>As a power cut does it; what it had in memory is gone.</summary>
    public Task KillAsync() => SayAsync("kill");

    /// <summary>It ends in order.</summary>
    public Task StopAsync() => SayAsync("stop");

    /// <summary>It keeps its connections and answers nothing.</summary>
    public Task PauseAsync() => SayAsync("pause");

    public Task ResumeAsync() => SayAsync("resume");

    /// <summary>After it was killed: with the same socket, port and directory.</summary>
    public async Task StartAgainAsync()
    {
        Pid = int.Parse((await SayAsync("start")).Split(' ')[1], CultureInfo.InvariantCulture);
        var deadline = Stopwatch.GetTimestamp() + (30 * Stopwatch.Frequency);
        while (await InfoAsync() is not { } info || !info.Contains($"process_id:{Pid}\r\n", StringComparison.Ordinal))
        {
            if (Stopwatch.GetTimestamp() > deadline || !Process.GetProcesses().Any(p => p.Id == Pid))
            {
                throw new InvalidOperationException($"The Redis for the tests did not start in {Directory}:{Environment.NewLine}{await File.ReadAllTextAsync(Path.Combine(Directory, "log"))}");
            }

            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
    }

    /// <summary>A port that is free now; somebody else may take it meanwhile.</summary>
    internal static int FreePort()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    private string Configuration(string settings) => $"""
        bind 127.0.0.1
        port {Port}
        unixsocket {Socket}
        unixsocketperm 700
        dir {Directory}
        databases {Databases}
        save ""
        appendonly no
        {(Password is null ? "" : $"requirepass {Password}")}
        {settings.Replace("{dir}", Directory, StringComparison.Ordinal).Replace("{port}", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)}

        """;

    private async Task<string> SayAsync(string word)
    {
        await _watch.StandardInput.WriteLineAsync(word);
        await _watch.StandardInput.FlushAsync();
        return await _watch.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The shell that watches over the tests' Redis has ended.");
    }

    private async Task<string?> InfoAsync()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{(Password is null ? "" : $"AUTH {Password}\r\n")}INFO server\r\nQUIT\r\n"));
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync();
        }
        catch (SocketException)
        {
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Roomy() => new DriveInfo("/dev/shm") is { IsReady: true, AvailableFreeSpace: > 1L << 30 } memory ? memory.Name : "/tmp";

    private static string Binary() =>
        new[] { "/usr/bin/redis-server", "/usr/bin/valkey-server", "/usr/local/bin/redis-server" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("The tests need a Redis server. Fix: sudo apt-get install -y redis-server.");
}
