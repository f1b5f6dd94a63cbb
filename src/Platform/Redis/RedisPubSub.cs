using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Redis;

/// <summary>
/// The second connection, which only listens: made at the first subscription. When it ends it is made again, every channel is subscribed to again, and
/// every subscriber is told of the gap.
/// </summary>
/// <param name="where">The server to go to after so many failures in a row.</param>
internal sealed partial class RedisPubSub(Func<int, RedisUrl> where, RedisOptions options, ILogger log, TimeProvider clock) : IAsyncDisposable
{
    private static readonly RedisCommand Ping = new("PING");

    // Protocol 3 would bring messages in another shape, and nothing else of use here.
    private readonly RedisOptions _options = options with { Protocol = 2 };
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RedisListeners> _channels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _unconfirmed = new(StringComparer.Ordinal);
    private readonly Queue<RedisCommand> _unsaid = new();
    private readonly SemaphoreSlim _speaking = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private Stream? _stream;
    private RedisUnavailableException? _failure;
    private Task? _running;
    private long _lastHeard;
    private RedisUrl _url = where(0);

    public async ValueTask<RedisSubscription> SubscribeAsync(string channel, CancellationToken ct)
    {
        var subscription = new RedisSubscription(this, channel, _options.MaxUnreadMessages);
        Task<RedisUnavailableException?> confirmed;
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested) throw new RedisUnavailableException("This client of Redis is closed");
            if (_failure is { } known) throw new RedisUnavailableException(known.Message, inner: known.InnerException);

            if (!_channels.TryGetValue(channel, out var listeners))
            {
                _channels[channel] = listeners = new();
                if (_stream is not null) AskFor(channel);
            }

            listeners.Add(subscription);
            confirmed = listeners.Confirmed;
            _running ??= Task.Run(RunAsync, CancellationToken.None);
        }

        var entered = false;
        try
        {
            await SpeakAsync();
            var refusal = await confirmed.WaitAsync(_options.ConnectTimeout + _options.CommandTimeout, clock, ct);
            if (refusal is not null) throw new RedisUnavailableException(refusal.Message, inner: refusal.InnerException);

            entered = true;
            return subscription;
        }
        catch (TimeoutException)
        {
            throw new RedisUnavailableException($"Redis at {RedisDial.Where(_url)} did not confirm the subscription");
        }
        finally
        {
            if (!entered) await subscription.DisposeAsync();
        }
    }

    public async ValueTask LeaveAsync(RedisSubscription subscription)
    {
        lock (_gate)
        {
            if (!_channels.TryGetValue(subscription.Channel, out var listeners) || !listeners.Remove(subscription) || listeners.All.Count > 0) return;

            _channels.Remove(subscription.Channel);
            if (_stream is not null) _unsaid.Enqueue(new("UNSUBSCRIBE", subscription.Channel));
        }

        await SpeakAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Task? running;
        RedisSubscription[] everybody;
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested) return;

            _disposed.Cancel();
            running = _running;
            everybody = [.. _channels.Values.SelectMany(listeners => listeners.All)];
            foreach (var listeners in _channels.Values) listeners.Fail(new RedisUnavailableException("This client of Redis is closed"));
        }

        foreach (var subscription in everybody) subscription.Close();
        if (running is not null) await running;
    }

    private async Task RunAsync()
    {
        var pause = new RedisPause(_options, clock);
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                _url = where(pause.Failures);
                await using var stream = await RedisDial.ConnectAsync(_url, _options, clock, _disposed.Token);
                pause.Succeeded();
                await ListenAsync(stream);
            }
            catch (RedisUnavailableException failure)
            {
                lock (_gate)
                {
                    _failure = failure;
                    foreach (var listeners in _channels.Values) listeners.Fail(failure);
                }

                await pause.WaitAsync(_disposed.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(Stream stream)
    {
        lock (_gate)
        {
            (_stream, _failure) = (stream, null);
            _unsaid.Clear();
            _unconfirmed.Clear();
            foreach (var channel in _channels.Keys) AskFor(channel);
        }

        using var ended = _disposed.Token.UnsafeRegister(static stream => ((Stream)stream!).Dispose(), stream);
        Volatile.Write(ref _lastHeard, clock.GetTimestamp());
        await using var beat = clock.CreateTimer(_ => Beat(stream), null, _options.Heartbeat, _options.Heartbeat);
        var reason = "the server closed it";
        try
        {
            await SpeakAsync();
            await ReadAsync(stream);
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or RedisProtocolException)
        {
            reason = broken.Message;
        }

        lock (_gate)
        {
            _stream = null;
            foreach (var listeners in _channels.Values) listeners.Interrupt();
        }

        if (!_disposed.IsCancellationRequested) Broke(log, RedisDial.Where(_url), reason);
    }

    private async Task ReadAsync(Stream stream)
    {
        var reader = new ReplyReader();
        var buffer = new byte[64 * 1024];
        var (start, end) = (0, 0);
        while (await stream.ReadAsync(buffer.AsMemory(end)) is > 0 and var read)
        {
            end += read;
            Volatile.Write(ref _lastHeard, clock.GetTimestamp());
            while (reader.TryRead(buffer.AsSpan(start, end - start), out var used, out var reply) is var whole)
            {
                start += used;
                if (!whole) break;
                Hear(reply);
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
    }

    private void Hear(RedisReply reply)
    {
        if (reply.IsError) Refuse(reply);
        // pong, and the answers to UNSUBSCRIBE, concern nobody.
        if (reply.Kind != RedisKind.List || reply.Items.Length != 3) return;

        var kind = reply[0].AsBytes().Span;
        if (!kind.SequenceEqual("message"u8) && !kind.SequenceEqual("subscribe"u8)) return;

        var channel = reply[1].AsString()!;
        lock (_gate)
        {
            _channels.TryGetValue(channel, out var listeners);
            if (kind.SequenceEqual("message"u8))
            {
                foreach (var listener in listeners?.All ?? []) listener.Deliver(reply[2].AsBytes());
            }
            else if (Confirms(channel)) listeners?.Confirm();
        }
    }

    private void AskFor(string channel)
    {
        _unsaid.Enqueue(new("SUBSCRIBE", channel));
        _unconfirmed[channel] = _unconfirmed.GetValueOrDefault(channel) + 1;
    }

    // Who left a channel and came back at once must not take the first answer for the second.
    private bool Confirms(string channel)
    {
        if (!_unconfirmed.TryGetValue(channel, out var asked)) return false;
        if (asked > 1)
        {
            _unconfirmed[channel] = asked - 1;
            return false;
        }

        return _unconfirmed.Remove(channel);
    }

    // It does not say which one; whoever waits hears it, and those who were heard before stay.
    private void Refuse(RedisReply error)
    {
        var refusal = new RedisUnavailableException($"Redis at {RedisDial.Where(_url)} refuses the subscription: {error.AsException().Message}");
        lock (_gate)
        {
            foreach (var channel in _unconfirmed.Keys)
            {
                if (_channels.TryGetValue(channel, out var listeners)) listeners.Fail(refusal);
            }
        }
    }

    private void Beat(Stream stream)
    {
        // The last beat asked, and there was time to answer.
        if (clock.GetElapsedTime(Volatile.Read(ref _lastHeard)) > (_options.Heartbeat * 2) + _options.CommandTimeout)
        {
            stream.Dispose();
            return;
        }

        lock (_gate) _unsaid.Enqueue(Ping);
        _ = SpeakAsync();
    }

    /// <summary>Says what is to be said, in the order in which it was decided.</summary>
    private async Task SpeakAsync()
    {
        await _speaking.WaitAsync();
        Stream? stream = null;
        try
        {
            while (true)
            {
                RedisCommand command;
                lock (_gate)
                {
                    stream = _stream;
                    if (stream is null || !_unsaid.TryDequeue(out command)) return;
                }

                using var patience = new CancellationTokenSource(_options.CommandTimeout, clock);
                await stream.WriteAsync(command.Wire.ToArray(), patience.Token);
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever reads from it sees that it is gone, and begins again.
            stream?.Dispose();
        }
        finally
        {
            _speaking.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "the connection to Redis at {Where} that listens broke: {Reason}")]
    private static partial void Broke(ILogger log, string where, string reason);
}
