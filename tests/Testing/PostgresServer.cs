using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Outpost.Platform.Migrations;

namespace Outpost.Testing;

/// <summary>
/// A private PostgreSQL that lives as long as the test process: on a unix socket in a directory of its own, started at the first use.
/// Make it an assembly fixture: <c>[assembly: AssemblyFixture(typeof(PostgresServer))]</c>. It ends with the process even when that
/// is killed with -9, because the shell that watches over it reads from a pipe that only the test process holds open.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresProcess>> _process = new(PostgresProcess.StartAsync);
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new(StringComparer.Ordinal);
    private int _databases;

    /// <summary>A fresh database of the field service's with these migrations applied. Dispose it to drop it.</summary>
    public Task<TestDatabase> DatabaseAsync(MigrationSet set, CancellationToken ct = default) => DatabaseAsync(set, "fsm", ct);

    /// <summary>A fresh database with these migrations applied, owned by <c>{system}_owner</c>. Dispose it to drop it.</summary>
    /// <param name="system">Whose roles may enter it: <c>fsm</c>, <c>assistant</c> or <c>aicq</c>.</param>
    public async Task<TestDatabase> DatabaseAsync(MigrationSet set, string system, CancellationToken ct = default)
    {
        var key = string.Join(' ', set.Migrations.Select(m => m.File + m.Checksum));
        // Everybody who wants the template waits for the one who makes it, and must not be cancelled with him.
        var template = await _templates.GetOrAdd(key, _ => new(() => TemplateAsync(set, system))).Value.WaitAsync(ct);
        return await CreateAsync(template, system, ct);
    }

    /// <summary>A fresh database without any table, owned by <c>fsm_owner</c>. Dispose it to drop it.</summary>
    public Task<TestDatabase> EmptyDatabaseAsync(CancellationToken ct = default) => EmptyDatabaseAsync("fsm", ct);

    /// <summary>A fresh database without any table, owned by <c>{system}_owner</c>. Dispose it to drop it.</summary>
    public Task<TestDatabase> EmptyDatabaseAsync(string system, CancellationToken ct = default) => CreateAsync("template0", system, ct);

    /// <summary>Ends the server as a power cut does and starts it again. Only for a server that one test has for itself.</summary>
    public async Task RestartAsync() => await (await _process.Value).RestartAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_process.IsValueCreated) return;

        var process = await _process.Value;
        await process.DisposeAsync();
    }

    private async Task<string> TemplateAsync(MigrationSet set, string system)
    {
        // Its connections have to be gone before it is cloned; so they are not pooled.
        var template = await CreateAsync("template0", system, CancellationToken.None);
        await using (var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(template.OwnerSource.ConnectionString) { Pooling = false }))
        {
            await new Migrator(owner, set).UpAsync(CancellationToken.None);
        }

        return template.Name;
    }

    private async Task<TestDatabase> CreateAsync(string template, string system, CancellationToken ct)
    {
        var process = await _process.Value.WaitAsync(ct);
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await process.AdminAsync($"create database {name} owner {system}_owner template {template}{process.Strategy}", ct);
        await process.AdminAsync($"revoke all on database {name} from public; grant connect on database {name} to {system}_app, {system}_backup", ct);
        return new TestDatabase(process, name, system);
    }
}

/// <summary>The server's process: the shell that watches over it, and where it listens.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    // setsid: Ctrl-C in the terminal ends the tests; the server follows when the pipe closes, and not before.
    private const string Watch = """
        "$1/initdb" -D "$2/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --wal-segsize=1 --no-sync --no-instructions </dev/null >"$2/log" 2>&1 || {
          echo 'FATAL: initdb failed' >>"$2/log"; read -r _; rm -rf "$2"; exit 1
        }
        "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c jit=off \
          -c max_connections=300 -c shared_buffers=64MB -c max_wal_size=512MB </dev/null >>"$2/log" 2>&1 &
        server=$!
        read -r _
        # It may have been started again since.
        kill -QUIT "$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null || echo $server)"
        wait $server
        while [ -f "$2/data/postmaster.pid" ]; do sleep 0.05; done
        rm -rf "$2"
        """;

    private readonly Process _watch;
    private readonly NpgsqlDataSource _admin;

    private PostgresProcess(Process watch, string directory)
    {
        (_watch, Directory) = (watch, directory);
        _admin = NpgsqlDataSource.Create(Connection("postgres", "postgres"));
    }

    /// <summary>Holds the socket, the data and the log.</summary>
    public string Directory { get; }

    /// <summary>Copying files is the fastest way to clone a small database; before version 15 it was the only way and had no name.</summary>
    public string Strategy { get; private set; } = "";

    public static async Task<PostgresProcess> StartAsync()
    {
        var directory = Path.Combine(Roomy(), $"outpost-pg-{Guid.NewGuid().ToString("n")[..8]}");
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // PostgreSQL refuses to run as root.
        string[] command = ["setsid", "sh", "-c", Watch, "sh", Binaries(), directory];
        if (Environment.UserName == "root")
        {
            using var chown = Process.Start("chown", ["postgres:", directory]);
            await chown.WaitForExitAsync();
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command];
        }

        var watch = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, WorkingDirectory = directory })!;
        var server = new PostgresProcess(watch, directory);
        await server.ReadyAsync();
        return server;
    }

    public NpgsqlConnectionStringBuilder Connection(string database, string user) =>
        new() { Host = Directory, Database = database, Username = user, IncludeErrorDetail = true, Timeout = 15 };

    public async Task AdminAsync(string sql, CancellationToken ct)
    {
        await using var command = _admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task RestartAsync()
    {
        var log = Path.Combine(Directory, "restart");
        string[] command = [Path.Combine(Binaries(), "pg_ctl"), "restart", "-D", Path.Combine(Directory, "data"), "-m", "immediate", "-w", "-l", log];
        if (Environment.UserName == "root") command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command];
        // The server inherits what is redirected, so nothing is: a pipe would never end.
        using var restart = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", .. command]) { WorkingDirectory = Directory })!;
        await restart.WaitForExitAsync();
        if (restart.ExitCode != 0) throw new InvalidOperationException($"pg_ctl ended with {restart.ExitCode}; see {log}.");
        // The connections in the pool ended with the server that they led to.
        _admin.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
    }

    private async Task ReadyAsync()
    {
        var deadline = Stopwatch.GetTimestamp() + (30 * Stopwatch.Frequency);
        var file = Path.Combine(Directory, "log");
        while (true)
        {
            var log = File.Exists(file) ? await File.ReadAllTextAsync(file) : "";
            if (log.Contains("ready to accept connections", StringComparison.Ordinal)) break;
            if (log.Contains("FATAL", StringComparison.Ordinal) || _watch.HasExited || Stopwatch.GetTimestamp() > deadline)
            {
                throw new InvalidOperationException($"The PostgreSQL for the tests did not start in {Directory}:{Environment.NewLine}{log}");
            }

            await Task.Delay(10);
        }

        await using (var connection = await _admin.OpenConnectionAsync())
        {
            Strategy = connection.PostgreSqlVersion.Major >= 15 ? " strategy file_copy" : "";
            await using var where = new NpgsqlCommand("show data_directory", connection);
            var data = (string?)await where.ExecuteScalarAsync();
            if (data != Path.Combine(Directory, "data")) throw new InvalidOperationException($"Reached a PostgreSQL in {data} instead of the tests' own.");
        }

        foreach (var system in new[] { "fsm", "assistant", "aicq" })
        {
            await AdminAsync($"""
                create role {system}_owner login;
                create role {system}_app login;
                create role {system}_backup login bypassrls in role pg_read_all_data;
                """, CancellationToken.None);
        }
    }

    // In memory a clone takes 10 ms, on a disk up to 200. A container may have little of it. The path of a unix socket may have 107 bytes.
    private static string Roomy()
    {
        var memory = new DriveInfo("/dev/shm");
        if (memory is { IsReady: true, AvailableFreeSpace: > 2L << 30 }) return memory.Name;

        return Path.GetTempPath() is { Length: < 60 } temp ? temp : "/tmp";
    }

    private static string Binaries()
    {
        var installed = System.IO.Directory.Exists("/usr/lib/postgresql") ? System.IO.Directory.GetDirectories("/usr/lib/postgresql") : [];
        return installed.OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0).Select(d => Path.Combine(d, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")))
            ?? throw new InvalidOperationException("The tests need a PostgreSQL server. Fix: sudo apt-get install -y postgresql.");
    }
}
