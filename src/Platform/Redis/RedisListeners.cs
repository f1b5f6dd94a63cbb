namespace Outpost.Platform.Redis;

/// <summary>Who listens to one channel. Guarded by its owner's lock.</summary>
internal sealed class RedisListeners
{
    private TaskCompletionSource<RedisUnavailableException?> _confirmed = New();
    private RedisSubscription[] _all = [];
    private bool _interrupted;

    /// <summary>A value of its own: it does not change while somebody walks over it.</summary>
    public IReadOnlyList<RedisSubscription> All => _all;

    /// <summary>Null once Redis has confirmed the channel, or why it cannot.</summary>
    public Task<RedisUnavailableException?> Confirmed => _confirmed.Task;

    public void Add(RedisSubscription subscription) => _all = [.. _all, subscription];

    public bool Remove(RedisSubscription subscription)
    {
        var before = _all.Length;
        _all = [.. _all.Where(other => other != subscription)];
        return _all.Length < before;
    }

    /// <summary>The connection has ended: what is published now is missed.</summary>
    public void Interrupt()
    {
        if (!_confirmed.Task.IsCompleted) return;

        _interrupted |= _confirmed.Task.Result is null;
        _confirmed = New();
    }

    public void Confirm()
    {
        if (_interrupted)
        {
            foreach (var subscription in _all) subscription.Deliver(RedisSubscription.Gap);
        }

        _interrupted = false;
        _confirmed.TrySetResult(null);
    }

    /// <summary>Those who wait are told; those who were confirmed once go on waiting for the next connection.</summary>
    public void Fail(RedisUnavailableException failure)
    {
        if (_confirmed.TrySetResult(failure)) _confirmed = New();
    }

    private static TaskCompletionSource<RedisUnavailableException?> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
