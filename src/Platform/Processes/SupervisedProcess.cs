using System.Diagnostics;

namespace Outpost.Platform.Processes;

/// <summary>What is run and as whom. Its environment holds nothing but a path and a locale.</summary>
/// <param name="Name">As the operator knows it: <c>PostgreSQL</c>.</param>
/// <param name="Words">The program and its arguments. No secret: anybody on the machine can read them.</param>
/// <param name="RunAs">Null for the user of this process.</param>
/// <param name="Input">What it reads from standard input; the place for secrets.</param>
public sealed record ProgramToRun(string Name, IReadOnlyList<string> Words, UnixUser? RunAs = null, string? Input = null);

/// <summary>
/// Keeps a program running in the foreground of a session of its own, so that a Ctrl-C at our terminal does not reach it before we have
/// drained. When it ends it is started again after <see cref="Backoff"/>. What it prints goes straight to its log, not through us: it can
/// neither block on us nor fall silent when we are killed.
/// </summary>
public sealed class SupervisedProcess : IAsyncDisposable
{
    private readonly ProgramToRun _program;
    private readonly LogFile _log;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly Func<string, string?> _explain;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _turn = new();
    private Process? _process;
    private Task _running = Task.CompletedTask;

    /// <param name="say">Told one line for each restart.</param>
    /// <param name="explain">Why it ended, read from what it printed; null when that tells nothing.</param>
    public SupervisedProcess(ProgramToRun program, LogFile log, TimeProvider clock, Action<string> say, Func<string, string?> explain)
    {
        (_program, _log, _clock, _say, _explain) = (program, log, clock, say, explain);
    }

    /// <summary>Null between two runs.</summary>
    public ProcessIdentity? Identity { get; private set; }

    /// <summary>How often it ended without being asked to.</summary>
    public int Ends { get; private set; }

    /// <summary>Called with each new process, for the record that is kept of it.</summary>
    public Action? Changed { get; set; }

    /// <exception cref="TroubleException">The program cannot be started at all.</exception>
    public void Start()
    {
        var (process, from) = Launch();
        _running = KeepAsync(process, from);
    }

    /// <summary>Asks it to end and does not start it again. At the deadline it is asked by the harsher signal, and waited for without end.</summary>
    /// <returns>False when the harsher signal was needed.</returns>
    public async Task<bool> StopAsync(Signal signal, TimeSpan deadline, Signal harsher)
    {
        await _stopping.CancelAsync();
        Ask(signal);
        if (await Task.WhenAny(_running, Task.Delay(deadline, _clock)) == _running) return true;

        Ask(harsher);
        await _running;
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested) await StopAsync(Signal.Terminate, TimeSpan.FromSeconds(10), Signal.Kill);
        _stopping.Dispose();
    }

    private async Task KeepAsync(Process process, long from)
    {
        var backoff = new Backoff();
        while (true)
        {
            var started = _clock.GetTimestamp();
            await process.WaitForExitAsync(CancellationToken.None);
            var (pid, code) = (process.Id, process.ExitCode);
            lock (_turn) (_process, Identity) = (null, null);
            process.Dispose();
            if (_stopping.IsCancellationRequested) return;

            Ends++;
            (var wait, backoff) = backoff.After(_clock.GetElapsedTime(started));
            _say($"{_program.Name} (pid {pid}) ended {How(code)}{(_explain(_log.Since(from)) is { } why ? $": {why}" : "")}; it is started again in {wait.TotalSeconds:0.#} s, its log is {_log.Path}");
            try
            {
                await Task.Delay(wait, _clock, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lock (_turn)
            {
                if (_stopping.IsCancellationRequested) return;
                (process, from) = Launch();
            }
        }
    }

    private (Process Process, long LogFrom) Launch()
    {
        // The shell opens the log while it is still us, then becomes the program: the pid stays the same throughout.
        string[] words = ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", _log.Path, "setsid", .. _program.RunAs?.Become() ?? [], .. _program.Words];
        var start = new ProcessStartInfo("/bin/sh", words) { RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LANG"] = "C.UTF-8";

        _log.Bound();
        var from = _log.Length;
        var process = Process.Start(start) ?? throw new TroubleException(TroubleKind.Failed, $"{_program.Name} could not be started", "look at the machine's limits: ulimit -u, free -m");
        (_process, Identity) = (process, ProcessIdentity.Of(process.Id));
        try
        {
            if (_program.Input is { } input) process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its input; its end is handled where it is waited for.
        }

        Changed?.Invoke();
        return (process, from);
    }

    private void Ask(Signal signal)
    {
        lock (_turn)
        {
            if (_process is not null) _ = Libc.Signal(_process.Id, (int)signal);
        }
    }

    private static string How(int code) => code > 128 ? $"by signal {code - 128}" : $"with code {code}";
}
