using System.Diagnostics;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Schedules;

/// <summary>
/// Runs the schedules inside <c>outpost up</c>, each as a process of its own: what it takes in memory is given back, and what goes wrong in it stays there.
/// One that was missed, because the machine was off, is made up for a while after the start.
/// </summary>
internal sealed class BuiltInClock : IAsyncDisposable
{
    private static readonly TimeSpan CatchUpAfter = TimeSpan.FromMinutes(15), LookEvery = TimeSpan.FromSeconds(30), RetryAfter = TimeSpan.FromMinutes(30);
    private readonly CancellationTokenSource _stopping = new();
    private readonly DataDirectory _data;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly Func<string[], CancellationToken, Task<int>> _run;
    private readonly Task _running;

    /// <param name="run">Runs the command line and returns its exit code; null to start this program once more.</param>
    public BuiltInClock(IReadOnlyList<Schedule> schedules, DataDirectory data, TimeProvider clock, Action<string> say, Func<string[], CancellationToken, Task<int>>? run = null)
    {
        (_data, _clock, _say, _run) = (data, clock, say, run ?? ((words, ct) => RunAsync(data, schedules.First(s => s.Words == string.Join(' ', words)).Name, words, ct)));
        _running = Task.WhenAll(schedules.Select(KeepAsync));
    }

    /// <summary>When a schedule is due: its next time, or soon when its last time was missed.</summary>
    /// <param name="last">When it was last begun; null when it never was.</param>
    internal static DateTimeOffset Due(Schedule schedule, DateTimeOffset? last, DateTimeOffset started, TimeZoneInfo zone) =>
        last is { } done && schedule.Next(done, zone) is var missed && missed < started ? started + CatchUpAfter : schedule.Next(started, zone);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task KeepAsync(Schedule schedule)
    {
        try
        {
            var due = Due(schedule, Last(schedule), _clock.GetUtcNow(), _clock.LocalTimeZone);
            while (true)
            {
                // In small steps: a clock that is set, or a machine that slept, must not be slept through.
                while (_clock.GetUtcNow() is var now && now < due) await Task.Delay(due - now < LookEvery ? due - now : LookEvery, _clock, _stopping.Token);

                var code = await TryAsync(schedule);
                due = code == ExitCodes.Locked ? _clock.GetUtcNow() + RetryAfter : schedule.Next(_clock.GetUtcNow(), _clock.LocalTimeZone);
            }
        }
        catch (OperationCanceledException)
        {
            // It ends with the supervisor.
        }
    }

    private async Task<int> TryAsync(Schedule schedule)
    {
        try
        {
            var code = await _run(schedule.Words.Split(' '), _stopping.Token);
            if (code != ExitCodes.Ok) _say($"outpost {schedule.Words} by the clock ended with {code}; see {_data.Logs}/{schedule.Name}.log, or: outpost journal");
            return code;
        }
        catch (Exception e) when (e is not OperationCanceledException) // The outermost loop of a schedule: its next time is another chance.
        {
            _say($"outpost {schedule.Words} by the clock did not start: {e.Message}");
            return ExitCodes.Failed;
        }
    }

    private DateTimeOffset? Last(Schedule schedule)
    {
        try
        {
            return new OperationJournal(_data.Journal).Runs().LastOrDefault(r => r.Start.Command == schedule.Words)?.Start.At;
        }
        catch (TroubleException)
        {
            return null;
        }
    }

    private static async Task<int> RunAsync(DataDirectory data, string name, string[] words, CancellationToken ct)
    {
        var log = new LogFile(Path.Combine(data.Logs, name + ".log"));
        log.Bound();
        var self = Environment.ProcessPath!;
        string[] command = [.. Path.GetFileNameWithoutExtension(self) == "dotnet" ? new[] { self, Environment.GetCommandLineArgs()[0] } : [self], .. words, "--data", data.Path];
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", log.Path, .. command]) { RedirectStandardInput = true })!;
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(ct);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // What it has begun the next one finishes or removes.
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
