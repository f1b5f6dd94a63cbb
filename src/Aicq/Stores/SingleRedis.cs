using Outpost.Platform.Configuration;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Stores;

/// <summary>
/// Refuses a Redis Cluster before the hub listens. One message changes its room, the index of each of its words and the counters of its agent in one step, and the
/// published names of these keys have no hash tags: they lie in many slots, over which a cluster carries out no script.
/// </summary>
internal sealed class SingleRedis(RedisClient redis) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <exception cref="SettingsException">It is one.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        soon.CancelAfter(Patience);
        try
        {
            var told = (await redis.CallAsync(new RedisCommand("INFO", "cluster"), soon.Token)).AsString() ?? "";
            if (told.Contains("cluster_enabled:1", StringComparison.Ordinal))
                throw new SettingsException(new SettingsProblem("REDIS_URL", "leads to a Redis Cluster, in which a message and its index cannot be changed in one step", "set it to a Redis that is no cluster; a replica of it is what keeps the hub going when it is lost"));
        }
        catch (Exception e) when (e is RedisException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It is away, or tells nobody what it is: the hub starts, says so with 503, and serves when it can.
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
