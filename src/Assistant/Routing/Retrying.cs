using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Routing;

/// <summary>What is done after an attempt that failed.</summary>
internal enum Then { Give, Again, Another }

/// <summary>
/// The kind of failure decides: money and permission are never asked for twice, a limit on requests is waited for as long as the provider says, trouble over there
/// is worth another try after a pause.
/// </summary>
internal static class Retrying
{
    public static (Then Step, TimeSpan Wait) Next(ProviderException failure, int tries, bool hasAnother, TimeSpan left, RouterLimits limits)
    {
        var otherwise = hasAnother && left > TimeSpan.Zero ? Then.Another : Then.Give;
        switch (failure.Fault)
        {
            case Fault.Rejected:
                return (Then.Give, default);
            case Fault.OutOfMoney or Fault.NotAllowed or Fault.TimedOut:
                return (otherwise, default);
        }

        if (tries >= limits.TriesPerLeg) return (otherwise, default);

        var wait = failure.RetryAfter ?? Jitter(limits.Pause * Math.Pow(2, tries - 1));
        return wait > left || (hasAnother && wait > limits.PatienceWithAnother) ? (otherwise, default) : (Then.Again, wait);
    }

    /// <exception cref="ProviderException"><paramref name="failure"/>, when the time is up before the wait is.</exception>
    public static async Task WaitAsync(TimeSpan wait, ProviderException failure, TimeProvider clock, CancellationToken deadline, CancellationToken caller)
    {
        try
        {
            await Task.Delay(wait, clock, deadline);
        }
        catch (OperationCanceledException)
        {
            throw caller.IsCancellationRequested ? new OperationCanceledException(caller) : failure;
        }
    }

    // Half to all of the pause: those who failed together do not come back together.
    private static TimeSpan Jitter(TimeSpan pause) => pause * (0.5 + (Random.Shared.NextDouble() / 2));
}
