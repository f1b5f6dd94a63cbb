using System.Net.Sockets;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Redis.Embedded;

/// <summary>
/// A private Redis: reached over a unix socket and by password, with an append-only file that is on disk within a second, never run as root,
/// started again when it dies. Whoever makes one holds the lock on its data directory.
/// </summary>
public sealed class EmbeddedRedis : IAsyncDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromMinutes(1), StopWithin = TimeSpan.FromSeconds(30), Glance = TimeSpan.FromMilliseconds(10);
    private readonly RedisPlace _place;
    private readonly string _program;
    private readonly UnixUser? _runAs;
    private readonly string _password;
    private readonly LogFile _log;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private SupervisedProcess? _server;

    /// <param name="program">The whole path of the server.</param>
    /// <param name="runAs">Null for the user of this process, which is then not root.</param>
    /// <param name="say">Told one line for each thing the operator should know.</param>
    public EmbeddedRedis(RedisPlace place, string program, UnixUser? runAs, string password, TimeProvider clock, Action<string> say)
    {
        (_place, _program, _runAs, _password, _clock, _say) = (place, program, runAs, password, clock, say);
        _log = new(place.Log);
    }

    public ProcessIdentity? Identity => _server?.Identity;

    /// <summary>Called with each new process of the server.</summary>
    public Action? Changed { get; set; }

    /// <summary>Ends what an earlier run left behind and returns when the server has read its file and answers.</summary>
    /// <exception cref="TroubleException">It did not come up; nothing runs.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        PrivateDirectory.Ensure(_place.Data, _runAs);
        PrivateDirectory.Ensure(_place.Sockets, _runAs);
        await StopLeftoversAsync(_place, _clock, _say, ct);

        var from = _log.Length;
        // The password comes in over standard input, where nobody else can read it.
        _server = new(new("Redis", Words(), _runAs, Configuration()), _log, _clock, _say, WhyItEnded) { Changed = () => Changed?.Invoke() };
        _server.Start();

        var start = _clock.GetTimestamp();
        while (_server.Ends < 3 && _clock.GetElapsedTime(start) < StartWithin)
        {
            if (await AnswersAsync(ct)) return;
            await Task.Delay(Glance, _clock, ct);
        }

        await StopAsync();
        throw Diagnose(from);
    }

    /// <summary>Stops the server after it has written and synced its append-only file.</summary>
    public async Task StopAsync()
    {
        if (_server is null) return;

        var clean = await _server.StopAsync(Signal.Terminate, StopWithin, Signal.Kill);
        if (!clean) _say($"Redis did not stop within {StopWithin.TotalSeconds:0} s and was killed; at most its last second is lost");
        await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Stops a server of this directory whose supervisor was killed. A process that is not verified to be it is left alone.</summary>
    public static async Task StopLeftoversAsync(RedisPlace place, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        foreach (var server in Leftovers.Of(place.Data, place.Socket, RedisBinaries.Programs))
        {
            say($"Redis (pid {server.Pid}) still runs from an earlier start that was killed; it is stopped first");
            Signals.Send(server, Signal.Terminate);
            if (!await Signals.EndedAsync(server, StopWithin, clock, ct)) Signals.Send(server, Signal.Kill);
            if (!await Signals.EndedAsync(server, StopWithin, clock, ct))
            {
                throw new TroubleException(TroubleKind.Failed, $"Redis (pid {server.Pid}) of an earlier run does not end", $"see what holds it (ps -o pid,stat,wchan,cmd -p {server.Pid}), then: outpost up");
            }
        }
    }

    // Should we be killed before the password is written, what comes up without it still listens on no port and writes nowhere else.
    private string[] Words() =>
    [
        _program, "-", "--port", "0", "--unixsocket", _place.Socket, "--unixsocketperm", "700", "--dir", _place.Data, "--pidfile", _place.PidFile, "--appendonly", "yes",
    ];

    // 80 MB of data, because the server, its buffers and the copy it forks to rewrite the file have to stay below 128 MB.
    private string Configuration() => $"""
        requirepass {_password}
        daemonize no
        logfile ""
        loglevel notice
        databases 16
        maxmemory 80mb
        maxmemory-policy noeviction
        appendfsync everysec
        aof-use-rdb-preamble yes
        auto-aof-rewrite-percentage 100
        auto-aof-rewrite-min-size 16mb
        save ""

        """;

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            return await RedisSocket.AskAsync(_place.Socket, _password, "PING", ct) == "PONG";
        }
        catch (SocketException)
        {
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string? WhyItEnded(string printed) => Storage.IsFull(printed)
        ? $"the disk that holds {_place.Data} is full ({Storage.FreeMegabytes(_place.Data)} MB free)"
        : printed.Split('\n').LastOrDefault(l => l.Contains("Fatal", StringComparison.OrdinalIgnoreCase))?.Trim();

    private TroubleException Diagnose(long from)
    {
        var evidence = _log.Tail(from);
        if (Storage.IsFull(_log.Since(from))) return Storage.Full(_place.Data, evidence);

        return new(TroubleKind.Failed, "Redis did not start", $"fix what its log says (less {_log.Path}), then: outpost up", evidence);
    }
}
