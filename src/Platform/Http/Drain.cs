using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Outpost.Platform.Http;

/// <summary>
/// SIGTERM and Ctrl-C end the host gracefully: health says so, no new connection is taken, requests under way are finished within the deadline.
/// Each host of a process listens for itself. A second Ctrl-C ends the process at once.
/// </summary>
internal sealed partial class DrainOnSignal(IHostApplicationLifetime lifetime, ILogger<DrainOnSignal> log) : IHostLifetime, IDisposable
{
    private PosixSignalRegistration? _terminate;
    private PosixSignalRegistration? _interrupt;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _terminate?.Dispose();
        _interrupt?.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (context.Signal == PosixSignal.SIGINT && lifetime.ApplicationStopping.IsCancellationRequested) return;

        context.Cancel = true;
        Stopping(log, context.Signal);
        lifetime.StopApplication();
    }

    [LoggerMessage(LogLevel.Information, "{Signal}: finishing what is under way, then ending")]
    private static partial void Stopping(ILogger log, PosixSignal signal);
}

/// <summary>Keeps taking connections for a while after health has begun to say that the host is going, so that a load balancer can look elsewhere first.</summary>
internal sealed class DrainNotice(HttpLimits limits, TimeProvider clock, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A stop that no signal has asked for would otherwise be announced only after this.
        lifetime.StopApplication();
        return limits.DrainNotice == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(limits.DrainNotice, clock, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
