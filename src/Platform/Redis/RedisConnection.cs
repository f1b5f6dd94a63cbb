using System.Net.Sockets;

namespace Outpost.Platform.Redis;

/// <summary>
/// One connection that everybody shares. Callers append to one buffer, and whatever is there when the socket is free goes out in one write; the
/// answers come in the order of the calls. It ends once: then all that wait are told, and whether their command may have been carried out.
/// </summary>
internal sealed class RedisConnection : IThreadPoolWorkItem, IDisposable
{
    private const int Room = 64 * 1024;

    private static readonly RedisCommand Ping = new("PING");

    private readonly Stream _stream;
    private readonly RedisOptions _options;
    private readonly TimeProvider _clock;
    private readonly string _where;
    private readonly Action<RedisConnection> _ending;
    private readonly Lock _gate = new();
    private readonly Queue<PendingCall> _waiting = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _watch;
    private WireBuffer _next = new(), _now = new();
    private long _appended, _handedOver, _lastHeard, _answeringSince;
    private bool _flushing;
    private volatile bool _broken;

    /// <param name="stream">Signed in and silent.</param>
    /// <param name="where">How messages name the server.</param>
    /// <param name="ending">Called once, when no call may enter any more and nobody has been told.</param>
    public RedisConnection(Stream stream, string where, RedisOptions options, TimeProvider clock, Action<RedisConnection> ending)
    {
        (_stream, _where, _options, _clock, _ending) = (stream, where, options, clock, ending);
        _lastHeard = clock.GetTimestamp();
        var period = TimeSpan.FromMilliseconds(Math.Clamp(options.CommandTimeout.TotalMilliseconds / 8, 10, 500));
        _watch = clock.CreateTimer(static self => ((RedisConnection)self!).Watch(), this, period, period);
        _ = Task.Run(ReadAsync);
    }

    /// <summary>Done when the connection has ended, with the reason.</summary>
    public Task<string> Ended => _ended.Task;

    public bool HasEnded => _broken;

    /// <returns>False when the connection has ended; nothing was sent.</returns>
    /// <exception cref="RedisUnavailableException">Too much waits already.</exception>
    public bool TrySend(in RedisCommand command, CancellationToken ct, out ValueTask<RedisReply> answer)
    {
        var wire = command.Wire;
        var call = PendingCall.Rent(1, batch: false, _clock.GetTimestamp());
        lock (_gate)
        {
            if (!Enter(call, wire.Length))
            {
                answer = default;
                return false;
            }

            _next.Append(wire);
        }

        answer = call.WaitAsync(ct);
        return true;
    }

    /// <summary>Sends them with nobody's command between them; the answer is the list of theirs.</summary>
    public bool TrySend(ReadOnlySpan<RedisCommand> commands, CancellationToken ct, out ValueTask<RedisReply> answer)
    {
        var bytes = 0L;
        foreach (ref readonly var command in commands) bytes += command.Wire.Length;

        var call = PendingCall.Rent(commands.Length, batch: true, _clock.GetTimestamp());
        lock (_gate)
        {
            if (!Enter(call, bytes))
            {
                answer = default;
                return false;
            }

            foreach (ref readonly var command in commands) _next.Append(command.Wire);
        }

        answer = call.WaitAsync(ct);
        return true;
    }

    /// <summary>Sends what has been appended; what is appended meanwhile goes with the next write.</summary>
    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    public void End(string reason)
    {
        PendingCall[] left;
        long handedOver;
        lock (_gate)
        {
            if (_broken) return;

            _broken = true;
            left = [.. _waiting];
            _waiting.Clear();
            handedOver = _handedOver;
        }

        _ending(this);
        _watch.Dispose();
        _stream.Dispose();
        _ended.TrySetResult(reason);
        // Each gets an exception of its own: it carries the stack of the one who throws it.
        foreach (var call in left) call.Fail(Broken(reason, call.BeginsAt < handedOver));
    }

    public void Dispose() => End("it was closed");

    private RedisUnavailableException Broken(string reason, bool sent) => new($"The connection to Redis at {_where} broke: {reason}", sent);

    private bool Enter(PendingCall call, long bytes)
    {
        if (_broken) return false;
        if (_waiting.Count >= _options.MaxPending) throw new RedisUnavailableException($"Redis at {_where} is overloaded: {_waiting.Count} commands wait for its answer");
        if (IsStalled(call.Started)) throw new RedisUnavailableException($"Redis at {_where} has stopped answering");
        if (_next.Length > 0 && _next.Length + bytes > _options.MaxUnsentBytes) throw new RedisUnavailableException($"Redis at {_where} is overloaded: {_next.Length} bytes wait to be sent");

        call.BeginsAt = _appended;
        _appended += bytes;
        _waiting.Enqueue(call);
        if (_flushing) return true;

        _flushing = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return true;
    }

    // Called by who holds the gate. A busy server is heard all the time; one that hangs is silent.
    private bool IsStalled(long now) =>
        _options.StallPatience is { } patience && _waiting.TryPeek(out var oldest) && _clock.GetElapsedTime(oldest.Started, now) > patience
        && _clock.GetElapsedTime(Volatile.Read(ref _lastHeard), now) > patience;

    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_next.Length == 0 || _broken)
                    {
                        _flushing = false;
                        return;
                    }

                    (_now, _next) = (_next, _now);
                    _handedOver += _now.Length;
                }

                await _stream.WriteAsync(_now.Written);
                _now.Clear();
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            End(broken.Message);
        }
    }

    private async Task ReadAsync()
    {
        PendingCall? current = null;
        var reason = "the server closed it";
        try
        {
            var reader = new ReplyReader();
            var buffer = new byte[Room];
            var (start, end) = (0, 0);
            while (await _stream.ReadAsync(buffer.AsMemory(end)) is > 0 and var read)
            {
                end += read;
                Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
                while (reader.TryRead(buffer.AsSpan(start, end - start), out var used, out var reply) is var whole)
                {
                    start += used;
                    if (!whole) break;
                    // Pushes tell of things that nobody here asked about.
                    if (!reader.IsPush) Deliver(ref current, reply);
                }

                // What is left is the beginning of a line.
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or RedisProtocolException or InvalidOperationException)
        {
            reason = broken.Message;
        }

        End(reason);
        current?.Fail(Broken(await _ended.Task, sent: true));
    }

    private void Deliver(ref PendingCall? current, in RedisReply reply)
    {
        if (current is null)
        {
            lock (_gate)
            {
                // Nobody is left when the connection has just ended.
                if (!_waiting.TryDequeue(out current)) throw new RedisProtocolException("Redis answered what nobody asked.");
            }

            Volatile.Write(ref _answeringSince, current.Started);
        }

        var started = current.Started;
        if (!current.Answer(reply)) return;

        current = null;
        Volatile.Write(ref _answeringSince, 0);
        _options.Latency?.Record(_clock.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>A server that does not answer is as good as gone, and nobody else would notice.</summary>
    private void Watch()
    {
        var oldest = Volatile.Read(ref _answeringSince);
        lock (_gate)
        {
            if (_broken) return;
            if (oldest == 0 && _waiting.TryPeek(out var head)) oldest = head.Started;
        }

        if (oldest != 0)
        {
            if (_clock.GetElapsedTime(oldest) > _options.CommandTimeout) End($"no answer within {_options.CommandTimeout.TotalSeconds:0.###} s");
        }
        else if (_clock.GetElapsedTime(Volatile.Read(ref _lastHeard)) > _options.Heartbeat) TrySend(Ping, CancellationToken.None, out _);
    }
}

/// <summary>Bytes to be sent. What was very large once is not kept.</summary>
internal sealed class WireBuffer
{
    private const int Keep = 256 * 1024;

    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Keep) _bytes = new byte[4096];
    }
}
