using System.Diagnostics;
using Outpost.Platform.Configuration;

namespace Outpost.Bench;

/// <summary>A redis-server of the measurement's own, without a limit of memory, gone afterwards.</summary>
internal sealed class PrivateRedis : IAsyncDisposable
{
    private readonly Process _server;
    private readonly string _directory;

    private PrivateRedis(Process server, string directory) => (_server, _directory) = (server, directory);

    public RedisUrl Url => new() { SocketPath = Path.Combine(_directory, "s") };

    public int Pid => _server.Id;

    public static async Task<PrivateRedis> StartAsync(CancellationToken ct)
    {
        var directory = Directory.CreateTempSubdirectory("outpost-bench-redis-").FullName;
        var socket = Path.Combine(directory, "s");
        var server = Process.Start(new ProcessStartInfo(
            "redis-server", ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", directory, "--logfile", Path.Combine(directory, "log")]))!;
        var made = new PrivateRedis(server, directory);
        while (!File.Exists(socket))
        {
            if (server.HasExited) throw new InvalidOperationException($"redis-server ended: {await File.ReadAllTextAsync(Path.Combine(directory, "log"), ct)}");
            await Task.Delay(10, ct);
        }

        return made;
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
