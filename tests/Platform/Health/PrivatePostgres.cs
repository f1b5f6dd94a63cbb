using System.Diagnostics;
using Npgsql;

namespace Outpost.Platform.Tests.Health;

/// <summary>A PostgreSQL on a unix socket that one test may stop, start and freeze as it likes.</summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string _directory = Path.Combine("/tmp", $"outpost-health-{Guid.NewGuid().ToString("n")[..8]}");
    private readonly string _binaries = Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Last(d => File.Exists(Path.Combine(d, "postgres")));

    private PrivatePostgres()
    {
    }

    public string ConnectionString => $"Host={_directory};Username=postgres;Database=postgres;Timeout=5";

    private string Data => Path.Combine(_directory, "data");

    public static async Task<PrivatePostgres> StartAsync()
    {
        var server = new PrivatePostgres();
        Directory.CreateDirectory(server._directory);
        if (Environment.UserName == "root") await server.RunAsync("chown", "postgres:", server._directory);
        await server.RunAsync("initdb", "-D", server.Data, "-U", "postgres", "--auth=trust", "--no-sync", "--no-instructions");
        await server.UpAsync();
        return server;
    }

    public Task UpAsync() =>
        RunAsync("pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(_directory, "log"), "-o", $"-k {_directory} -c listen_addresses= -c fsync=off");

    public Task DownAsync() => RunAsync("pg_ctl", "stop", "-w", "-D", Data, "-m", "immediate");

    /// <summary>Every process of the server stands still, as on a disk that hangs: connections are accepted and nothing answers.</summary>
    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            Thaw();
            await DownAsync();
        }

        NpgsqlConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    private void Signal(string signal)
    {
        var postmaster = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        string[] children = [.. File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        using var kill = Process.Start("kill", [signal, postmaster, .. children]);
        kill.WaitForExit();
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var path = File.Exists(Path.Combine(_binaries, program)) ? Path.Combine(_binaries, program) : program;
        string[] command = Environment.UserName == "root" && path != program ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", path, .. arguments] : [path, .. arguments];
        // The server inherits what is redirected, so nothing is: a pipe would never end.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", .. command]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}; see {_directory}/log.");
    }
}
