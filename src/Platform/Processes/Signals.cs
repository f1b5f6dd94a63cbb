namespace Outpost.Platform.Processes;

public enum Signal
{
    Interrupt = Libc.Interrupt,
    Quit = Libc.Quit,
    Kill = Libc.Kill,
    Terminate = Libc.Terminate,
}

/// <summary>Ends processes that are not our children, each by its identity and never by its number alone.</summary>
public static class Signals
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    /// <summary>Nothing happens when the process has ended, even when its number now belongs to another.</summary>
    public static void Send(ProcessIdentity process, Signal signal)
    {
        if (process.Runs) _ = Libc.Signal(process.Pid, (int)signal);
    }

    /// <returns>False when it still runs at the deadline.</returns>
    public static Task<bool> EndedAsync(ProcessIdentity process, TimeSpan deadline, TimeProvider clock, CancellationToken ct) =>
        UntilAsync(() => !process.Runs, deadline, clock, ct);

    /// <summary>Looks every 10 ms, because what another process does announces itself to nobody.</summary>
    /// <returns>False when it is not so at the deadline.</returns>
    public static async Task<bool> UntilAsync(Func<bool> so, TimeSpan deadline, TimeProvider clock, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        while (!so())
        {
            if (clock.GetElapsedTime(start) > deadline) return false;
            await Task.Delay(Glance, clock, ct);
        }

        return true;
    }
}
