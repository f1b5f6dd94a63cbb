using System.Diagnostics;
using Outpost.Aicq;
using Outpost.FieldService;
using Outpost.Operator.Backups;
using Outpost.Operator.Commands;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Operator.Tests.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Backups;

/// <summary>A company's database on a server given by URL, a directory for backups, and the commands for them.</summary>
internal sealed class BackedUp : IAsyncDisposable
{
    private readonly Dictionary<string, string> _set = [];
    private Role[] _roles = [];

    private BackedUp(TestDatabase database, string directory, Subsystem subsystem)
    {
        (Database, Root, Subsystem) = (database, directory, subsystem);
        Data = new(Path.Combine(directory, "data"));
        Directory.CreateDirectory(Documents);
    }

    public TestDatabase Database { get; }

    public string Root { get; }

    public Subsystem Subsystem { get; }

    public DataDirectory Data { get; }

    public Clock Clock { get; } = new(new(2026, 2, 19, 2, 0, 0, TimeSpan.Zero));

    public string Place => Path.Combine(Root, "backups");

    public string Documents => Path.Combine(Root, "documents");

    public BackupShelf Shelf => new(Place);

    public Settings Settings => Database.Settings.With(
    [
        ("DATABASE_BACKUP_URL", Database.BackupUrl),
        ("DATABASE_ADMIN_URL", Database.SuperuserUrl),
        ("BACKUP_DIR", Place),
        (DataDirectory.Key, Data.Path),
        (DataPath.FilesKey, Documents),
        ("PATH", Environment.GetEnvironmentVariable("PATH")!),
        ("AUTH_SECRET", "pX3v9Lq2Wm8Kd4Tz7Rb1Yn6Hc5Jf0SgUeVaQo"),
        (EntryPoint.AsOutpost, "1"),
        .. _set.Select(s => (s.Key, s.Value)),
    ]);

    /// <summary>The field service with two companies in it.</summary>
    public static async Task<BackedUp> FieldServiceAsync(PostgresServer server, string? root = null)
    {
        var database = await server.DatabaseAsync(MigrationSet.From(typeof(FieldServiceRole).Assembly), Ct);
        await using var command = database.OwnerSource.CreateCommand("""
            insert into accounts (id, name) values ('00000000-0000-7000-8000-000000000001', 'Alder & Sons'), ('00000000-0000-7000-8000-000000000002', 'Birch Ltd');
            insert into clients (account_id, id, name) select '00000000-0000-7000-8000-000000000001', gen_random_uuid(), 'Client ' || n from generate_series(1, 3000) n;
            insert into clients (account_id, id, name) select '00000000-0000-7000-8000-000000000002', gen_random_uuid(), 'Customer ' || n from generate_series(1, 7) n;
            """);
        await command.ExecuteNonQueryAsync(Ct);
        return new(database, Open(root ?? Directory.CreateTempSubdirectory("outpost-backup-").FullName), FieldServiceRole.Subsystem);
    }

    /// <summary>The agent hub with an agent in it.</summary>
    public static async Task<BackedUp> HubAsync(PostgresServer server)
    {
        var database = await server.DatabaseAsync(MigrationSet.From(AicqRole.Subsystem.Migrations), AicqRole.Subsystem.Name, Ct);
        await using var command = database.OwnerSource.CreateCommand("insert into agents (id, public_key, name) values ('d515b305-a520-4250-9556-ee0e2094ec48', 'b64', 'scout')");
        await command.ExecuteNonQueryAsync(Ct);
        return new(database, Open(Directory.CreateTempSubdirectory("outpost-backup-").FullName), AicqRole.Subsystem);
    }

    // The user that runs a database in here has to get through.
    private static string Open(string root)
    {
        File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return root;
    }

    public BackedUp With(string key, string value)
    {
        _set[key] = value;
        return this;
    }

    public Task<Invocation> BackupAsync(params string[] words) => BackupAsync(new Operations(Clock), words);

    public Task<Invocation> BackupAsync(Operations operations, params string[] words) => Invocation.AsTypedAsync(BackupCommands.Create([Subsystem], () => Settings, operations), words);

    /// <summary>The commands that restore, with nobody to ask.</summary>
    public Task<Invocation> RestoreAsync(params string[] words) => RestoreAsync(_ => null, words);

    /// <summary>What is restored is also served before it is put in place.</summary>
    public BackedUp Serving()
    {
        _roles = [FieldServiceRole.Web];
        return this;
    }

    public Task<Invocation> RestoreAsync(Func<string, string?> ask, params string[] words) =>
        Invocation.AsTypedAsync(RestoreCommand.Create(_roles, [Subsystem], Migrations.UpAsync, () => Settings, new Operations(Clock), null, ask), words);

    /// <summary>The executable, as a process that can be killed.</summary>
    public async Task<Invocation> ProcessAsync(int killAfterLine, params string[] words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var key in Settings.Keys) start.Environment[key] = Settings[key];
        start.Environment[EntryPoint.KillAfterLine] = killAfterLine.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, talk) = (process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
        await process.WaitForExitAsync(Ct);
        return new(process.ExitCode, await output, await talk);
    }

    /// <summary>The connections that were open led to what ran before.</summary>
    public void Reconnect()
    {
        Database.Superuser.Clear();
        Database.AppSource.Clear();
        Database.OwnerSource.Clear();
    }

    /// <summary>The databases of the server that have something to do with this one.</summary>
    public async Task<string[]> DatabasesAsync()
    {
        Reconnect();
        await using var command = Database.Superuser.CreateCommand($"select array(select datname::text from pg_database where datname = '{Database.Name}' or starts_with(datname, '{Database.Name}_') order by 1)");
        return (string[])(await command.ExecuteScalarAsync(Ct))!;
    }

    /// <summary>Takes one and gives the database's.</summary>
    public async Task<Backup> TakenAsync(params string[] words)
    {
        var taken = await BackupAsync(["run", .. words]);
        Assert.True(taken.ExitCode == 0, taken.All);
        return Shelf.List().Last(b => b.Manifest?.Database is not null);
    }

    public IEnumerable<string> Names => Directory.Exists(Place) ? Directory.EnumerateFileSystemEntries(Place).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal) : [];

    /// <summary>Of a table, seen by a role that sees everything.</summary>
    public async Task<long> CountAsync(string table)
    {
        await using var command = Database.Superuser.CreateCommand($"select count(*) from {table}");
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    public static async Task<string> ShellAsync(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, talk) = (shell.StandardOutput.ReadToEndAsync(Ct), shell.StandardError.ReadToEndAsync(Ct));
        await shell.WaitForExitAsync(Ct);
        Assert.True(shell.ExitCode == 0, await output + await talk);
        return await output;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
