using Npgsql;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Postgres.Embedded;

/// <summary>
/// A private PostgreSQL cluster: reached over a unix socket and by nobody else, with page checksums, never run as root, started again when it
/// dies. Whoever makes one holds the lock on its data directory.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Program = "postgres";
    private static readonly TimeSpan StopWithin = TimeSpan.FromMinutes(1);
    private static readonly string[] Unlogged = ["log_min_duration_statement=-1", "log_min_error_statement=panic"];
    private readonly ClusterPlace _place;
    private readonly PostgresBinaries _binaries;
    private readonly UnixUser? _runAs;
    private readonly string _superuserPassword;
    private readonly LogFile _log;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private SupervisedProcess? _server;

    /// <param name="runAs">Null for the user of this process, which is then not root.</param>
    /// <param name="say">Told one line for each thing the operator should know.</param>
    public EmbeddedPostgres(ClusterPlace place, PostgresBinaries binaries, UnixUser? runAs, string superuserPassword, TimeProvider clock, Action<string> say)
    {
        (_place, _binaries, _runAs, _superuserPassword, _clock, _say) = (place, binaries, runAs, superuserPassword, clock, say);
        _log = new(place.Log);
    }

    public ProcessIdentity? Identity => _server?.Identity;

    /// <summary>Null when its log stays here.</summary>
    public WalShipping? Shipping { get; init; }

    /// <summary>Settings of this run that nothing in the cluster's own files overrides. Everybody on the machine can read them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Overrides { get; init; } = [];

    /// <summary>Whether it follows another server: then it is up as soon as it can be read.</summary>
    public bool Follows { get; init; }

    public TimeSpan StartWithin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often it may end before its start is given up.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Called with each new process of the server.</summary>
    public Action? Changed { get; set; }

    /// <summary>Makes the cluster if there is none, ends what an earlier run left behind, and returns when the server takes connections.</summary>
    /// <exception cref="TroubleException">It did not come up; nothing runs.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        if (!_place.Exists) await ClusterCreation.RunAsync(_place, _binaries, _runAs, _superuserPassword, ct);
        await StopLeftoversAsync(_place, _clock, _say, ct);

        PrivateDirectory.Ensure(_place.Sockets, _runAs);
        ClusterSettings.Write(_place, PostgresMemory.For(Memory.Total()), Shipping);
        await LaunchAsync(ct);
    }

    /// <summary>Makes the databases and roles that are missing.</summary>
    /// <exception cref="TroubleException">The server does not let us in.</exception>
    public async Task EnsureAsync(IReadOnlyList<OwnedDatabase> databases, CancellationToken ct)
    {
        if (databases.Count == 0) return;

        var passwordsAreNew = false;
        NpgsqlConnection superuser;
        try
        {
            superuser = await ConnectAsync(ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            _say("The database does not know the passwords in secrets.env; they are set anew");
            await ResetSuperuserAsync(ct);
            passwordsAreNew = true;
            superuser = await ConnectAsync(ct);
        }

        await using (superuser)
        {
            foreach (var database in databases) await database.EnsureAsync(superuser, Superuser, passwordsAreNew, ct);
        }
    }

    /// <summary>Ends all sessions and stops the server; what was committed is on disk.</summary>
    public async Task StopAsync()
    {
        if (_server is null) return;

        var clean = await _server.StopAsync(Signal.Interrupt, StopWithin, Signal.Quit);
        if (!clean) _say($"PostgreSQL did not stop within {StopWithin.TotalSeconds:0} s and was stopped at once; it recovers at the next start and loses nothing that was committed");
        await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Stops a server of this cluster whose supervisor was killed. A process that is not verified to be it is left alone.</summary>
    public static async Task StopLeftoversAsync(ClusterPlace place, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        var left = Left(place);
        if (left.Count == 0) return;

        // Backends have the server as their parent; it ends them. Those of a server that was killed see that within moments and end by themselves.
        var children = left.SelectMany(process => ProcessIdentity.ChildrenOf(process.Pid)).ToHashSet();
        foreach (var server in left.Where(process => !children.Contains(process.Pid)))
        {
            say($"PostgreSQL (pid {server.Pid}) still runs from an earlier start that was killed; it is stopped first");
            Signals.Send(server, Signal.Interrupt);
            if (!await Signals.EndedAsync(server, StopWithin, clock, ct)) Signals.Send(server, Signal.Quit);
        }

        if (!await Signals.UntilAsync(() => Left(place).Count == 0, StopWithin, clock, ct)) throw Stuck(left[0].Pid);
    }

    private static IReadOnlyList<ProcessIdentity> Left(ClusterPlace place) => Leftovers.Of(place.Data, $"-D {place.Data} ", Program);

    private async Task LaunchAsync(CancellationToken ct)
    {
        var from = _log.Length;
        _server = new(new("PostgreSQL", [.. ServerWords()], _runAs), _log, _clock, _say, WhyItEnded) { Changed = () => Changed?.Invoke() };
        _server.Start();
        var up = await Signals.UntilAsync(() => IsReady() || IsHopeless(_server, from), StartWithin, _clock, ct);
        if (up && IsReady()) return;

        await StopAsync();
        throw Diagnose(from);
    }

    private IEnumerable<string> ServerWords() =>
        [_binaries.Postgres, "-D", _place.Data, "-c", $"config_file={_place.Configuration}", .. Overrides.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"])];

    // The eighth line of the pid file is the server's own word on how far it is.
    private bool IsReady() =>
        ProcessIdentity.Read(_place.PidFile)?.Split('\n') is { Length: > 7 } lines
        && lines[7].Trim() is var state
        && (state == "ready" || (Follows && state == "standby"))
        && lines[0].Trim() == _server?.Identity?.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // A server that was killed may leave shared memory that goes away in moments, so one failure to start proves nothing.
    private bool IsHopeless(SupervisedProcess server, long from) => server.Ends >= Attempts || (server.Ends > 0 && Storage.IsFull(_log.Since(from)));

    private string? WhyItEnded(string printed) => Storage.IsFull(printed)
        ? $"the disk that holds {_place.Data} is full ({Storage.FreeMegabytes(_place.Data)} MB free)"
        : printed.Split('\n').LastOrDefault(l => l.Contains("PANIC:", StringComparison.Ordinal) || l.Contains("FATAL:", StringComparison.Ordinal))?.Trim();

    private TroubleException Diagnose(long from)
    {
        var evidence = _log.Tail(from);
        if (Storage.IsFull(_log.Since(from))) return Storage.Full(_place.Data, evidence);

        return new(TroubleKind.Failed, "PostgreSQL did not start", $"fix what its log says (less {_log.Path}), then: outpost up", evidence);
    }

    // Whoever owns the files may set the password without knowing the old one, by running the server alone for one statement.
    private async Task ResetSuperuserAsync(CancellationToken ct)
    {
        await StopAsync();
        var alone = await ShortRun.OfAsync(
            [_binaries.Postgres, "--single", "-D", _place.Data, "-c", $"config_file={_place.Configuration}", .. Unlogged.SelectMany(setting => (string[])["-c", setting]), "postgres"],
            _runAs, $"alter role postgres password '{_superuserPassword}'\n", ct);
        if (alone.Code != 0) throw new TroubleException(TroubleKind.Failed, "the database's password could not be set", $"restore secrets.env from your backup beside {_place.Data}", alone.Output);

        await LaunchAsync(ct);
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct)
    {
        var connection = Superuser("postgres");
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch (NpgsqlException)
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private NpgsqlConnection Superuser(string database) => new(new NpgsqlConnectionStringBuilder
    {
        Host = _place.Sockets,
        Username = "postgres",
        Password = _superuserPassword,
        Database = database,
        Pooling = false,
        // Its statements carry passwords; one that is slow or fails must not bring them into the log.
        // What it makes is made anew if it is lost, so it need not wait for a receiver that may itself need a password first.
        Options = $"-c {string.Join(" -c ", Unlogged)} -c synchronous_commit=local",
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString);

    private static TroubleException Stuck(int pid) => new(
        TroubleKind.Failed, $"PostgreSQL (pid {pid}) of an earlier run does not end", $"see what holds it (ps -o pid,stat,wchan,cmd -p {pid}), then: outpost up");
}
