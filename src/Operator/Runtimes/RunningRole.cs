using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Runtimes;

/// <summary>A role in this process. When its host ends by itself, a new one is built and started after <see cref="Backoff"/>.</summary>
public sealed class RunningRole(Role role, Settings settings, TimeProvider clock, Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stopping = new();
    private IHost? _host;
    private Task _running = Task.CompletedTask;

    public Role Role => role;

    /// <summary>Where it answers whether it is healthy; null when it listens on no port.</summary>
    public Uri? Health => role.Health is { } path && Address is { } address ? new(address, path) : null;

    public Uri? Address => role.Address?.Invoke(settings) is { } address ? Ports.Reachable(address) : null;

    /// <summary>Makes the host, which takes a while and needs no database.</summary>
    public void Build() => _host ??= role.Build(settings);

    public async Task StartAsync(CancellationToken ct)
    {
        Build();
        await _host!.StartAsync(ct);
        _running = KeepAsync();
    }

    /// <summary>From now on it is not started again when it ends; what it is answering it goes on to answer.</summary>
    public Task LetGoAsync() => _stopping.CancelAsync();

    /// <summary>Takes no new requests and returns when those it has are answered, or after 30 s. A fault of the role's own is told and no more: others still have to be stopped.</summary>
    public async Task StopAsync()
    {
        await LetGoAsync();
        await _running;
        if (_host is not null) await EndAsync(_host);
        _host = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task KeepAsync()
    {
        var backoff = new Backoff();
        while (true)
        {
            var started = clock.GetTimestamp();
            await EndOfAsync(_host!);
            if (_stopping.IsCancellationRequested) return;

            do
            {
                if (_host is not null) await EndAsync(_host);
                _host = null;
                (var wait, backoff) = backoff.After(clock.GetElapsedTime(started));

                // A signal reaches the host and us in either order; after the wait it has reached both.
                await Task.Delay(wait, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_stopping.IsCancellationRequested) return;

                say($"Role {role.Name} had ended by itself and is started again after {wait.TotalSeconds:0.#} s; the log tells why");
                started = clock.GetTimestamp();
            }
            while (!await StartedAgainAsync());
        }
    }

    private async Task<bool> StartedAgainAsync()
    {
        try
        {
            _host = role.Build(settings);
            await _host.StartAsync(_stopping.Token);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException) // The outermost loop of a role: whatever keeps it from starting now may be gone at the next attempt.
        {
            say($"Role {role.Name} did not start: {e.Message}");
            return false;
        }
    }

    private async Task EndOfAsync(IHost host)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var byItself = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => ended.TrySetResult());
        await using var asked = _stopping.Token.Register(() => ended.TrySetResult());
        await ended.Task;
    }

    private async Task EndAsync(IHost host)
    {
        using var within = new CancellationTokenSource(DrainWithin);
        try
        {
            await host.StopAsync(within.Token);
        }
        catch (OperationCanceledException)
        {
            // What is not answered by now is cut off.
        }
        catch (Exception e) when (e is not OutOfMemoryException) // The outermost loop of a role: what it throws at its end must not keep anything else from being stopped.
        {
            say($"Role {role.Name} did not end in good order: {e.Message}");
        }

        try
        {
            if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else host.Dispose();
        }
        catch (Exception e) when (e is not OutOfMemoryException) // As above.
        {
            say($"Role {role.Name} did not end in good order: {e.Message}");
        }
    }
}
