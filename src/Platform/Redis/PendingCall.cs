using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Outpost.Platform.Redis;

/// <summary>
/// A call whose answer is not there yet; of a batch, whose answers are not all there yet. It belongs to two: who waits for it, and the connection
/// that owes the answer. The second to be done with it puts it back for the next call.
/// </summary>
internal sealed class PendingCall : IValueTaskSource<RedisReply>
{
    private const int MaxSpare = 4096;

    private static readonly ConcurrentQueue<PendingCall> Spare = new();
    private static int _spares;

    private ManualResetValueTaskSourceCore<RedisReply> _answer = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private RedisReply[]? _replies;
    private int _owed;
    private int _owners;
    private int _settled;

    /// <summary>When it was asked, on the clock's own scale.</summary>
    public long Started { get; private set; }

    /// <summary>How many bytes the connection has to send before those of this call.</summary>
    public long BeginsAt { get; set; }

    /// <param name="replies">How many answers belong to it; a batch's are one list.</param>
    public static PendingCall Rent(int replies, bool batch, long now)
    {
        if (Spare.TryDequeue(out var call)) Interlocked.Decrement(ref _spares);
        else call = new();

        (call.Started, call._owed, call._owners, call._settled) = (now, replies, 2, 0);
        call._replies = batch ? new RedisReply[replies] : null;
        return call;
    }

    public ValueTask<RedisReply> WaitAsync(CancellationToken ct)
    {
        var answer = new ValueTask<RedisReply>(this, _answer.Version);
        if (ct.CanBeCanceled)
        {
            _cancellation = ct.UnsafeRegister(
                static (call, token) =>
                {
                    var cancelled = (PendingCall)call!;
                    if (cancelled.TrySettle()) cancelled._answer.SetException(new OperationCanceledException(token));
                },
                this);
        }

        return answer;
    }

    /// <returns>True when that was its last answer. It may then be somebody else's already.</returns>
    public bool Answer(in RedisReply reply)
    {
        if (_replies is not null)
        {
            _replies[^_owed] = reply;
            if (--_owed > 0) return false;
        }

        var whole = _replies is null ? reply : RedisReply.List(_replies);
        if (TrySettle()) _answer.SetResult(whole);
        Release();
        return true;
    }

    public void Fail(Exception failure)
    {
        if (TrySettle()) _answer.SetException(failure);
        Release();
    }

    RedisReply IValueTaskSource<RedisReply>.GetResult(short token)
    {
        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            // Waits for a cancellation that is under way, so that it cannot reach whoever has this next.
            _cancellation.Dispose();
            _cancellation = default;
            Release();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<RedisReply>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<RedisReply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    private bool TrySettle() => Interlocked.Exchange(ref _settled, 1) == 0;

    private void Release()
    {
        if (Interlocked.Decrement(ref _owners) > 0) return;

        _replies = null;
        _answer.Reset();
        if (Interlocked.Increment(ref _spares) <= MaxSpare) Spare.Enqueue(this);
        else Interlocked.Decrement(ref _spares);
    }
}
