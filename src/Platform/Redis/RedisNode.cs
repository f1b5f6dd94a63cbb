using Microsoft.Extensions.Logging;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Redis;

/// <summary>
/// One server and the connection to it, which is made at the first call and made again whenever it ends. Calls wait for the very first attempt, and a moment
/// for the first attempt after a break; once an attempt has failed, or taken longer than that, they fail at once until one succeeds.
/// </summary>
internal sealed partial class RedisNode : IDisposable
{
    private readonly RedisOptions _options;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly Action? _lost;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _gate = new();
    private volatile RedisConnection? _open;
    private volatile Attempt _attempt = new();
    private bool _running;
    private volatile bool _hadOne;

    /// <param name="lost">Called when the connection broke or could not be made.</param>
    public RedisNode(RedisUrl url, RedisOptions options, ILogger log, TimeProvider clock, Action? lost = null) =>
        (Url, _options, _log, _clock, _lost) = (url, options, log, clock, lost);

    public RedisUrl Url { get; }

    public bool IsOpen => _open is not null;

    public ValueTask<RedisReply> SendAsync(in RedisCommand command, CancellationToken ct) =>
        _open is { } connection && connection.TrySend(command, ct, out var answer) ? answer : WaitAndSendAsync(command, ct);

    public ValueTask<RedisReply> SendAsync(ReadOnlyMemory<RedisCommand> commands, CancellationToken ct) =>
        _open is { } connection && connection.TrySend(commands.Span, ct, out var answer) ? answer : WaitAndSendAsync(commands, ct);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested) return;
            _disposed.Cancel();
        }

        _open?.Dispose();
        _attempt.Fail(Closed());
        // The token source stays: an attempt that is under way still looks at it, and without a timer it holds nothing.
    }

    private static RedisUnavailableException Closed() => new("This client of Redis is closed");

    private async ValueTask<RedisReply> WaitAndSendAsync(RedisCommand command, CancellationToken ct)
    {
        while (true)
        {
            var connection = await OpenAsync(ct);
            if (connection.TrySend(command, ct, out var answer)) return await answer;
        }
    }

    private async ValueTask<RedisReply> WaitAndSendAsync(ReadOnlyMemory<RedisCommand> commands, CancellationToken ct)
    {
        while (true)
        {
            var connection = await OpenAsync(ct);
            if (connection.TrySend(commands.Span, ct, out var answer)) return await answer;
        }
    }

    private async ValueTask<RedisConnection> OpenAsync(CancellationToken ct)
    {
        Start();
        ct.ThrowIfCancellationRequested();
        if (_open is { } open) return open;

        var attempt = _attempt;
        if (attempt.Failure is { } known) throw Known(known);

        try
        {
            var made = await attempt.Made.WaitAsync(_hadOne ? _options.ReconnectPatience : _options.ConnectTimeout, _clock, ct);
            return made ?? throw Known(attempt.Failure!);
        }
        catch (TimeoutException)
        {
            var late = new RedisUnavailableException($"Redis at {RedisDial.Where(Url)} cannot be reached: the connection is not there yet");
            attempt.Suspect(late);
            throw late;
        }
    }

    // A fresh one for each caller: an exception carries the stack of the one who throws it.
    private static RedisUnavailableException Known(RedisUnavailableException failure) => new(failure.Message, inner: failure.InnerException);

    private void Start()
    {
        if (_running) return;

        lock (_gate)
        {
            if (_running || _disposed.IsCancellationRequested) return;
            _running = true;
        }

        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        var pause = new RedisPause(_options, _clock);
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                var stream = await RedisDial.ConnectAsync(Url, _options, _clock, _disposed.Token);
                if (pause.Failures > 0) Back(_log, RedisDial.Where(Url), pause.Failures);
                pause.Succeeded();
                await ServeAsync(new RedisConnection(stream, RedisDial.Where(Url), _options, _clock, Leave));
            }
            catch (RedisUnavailableException failure)
            {
                _attempt.Fail(failure);
                if (pause.Failures == 0) Down(_log, failure.Message);
                _lost?.Invoke();
                await pause.WaitAsync(_disposed.Token);
                if (!_disposed.IsCancellationRequested) _attempt = new Attempt { Failure = failure };
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        _attempt.Fail(Closed());
    }

    private async Task ServeAsync(RedisConnection connection)
    {
        using var _ = connection;
        _hadOne = true;
        Enter(connection);
        // Closed while it was made: nobody else would end it.
        if (_disposed.IsCancellationRequested) connection.Dispose();

        var reason = await connection.Ended;
        if (_disposed.IsCancellationRequested) return;

        Broke(_log, RedisDial.Where(Url), reason);
        _lost?.Invoke();
    }

    private void Enter(RedisConnection connection)
    {
        lock (_gate)
        {
            var attempt = _attempt;
            if (connection.HasEnded) _attempt = new();
            else _open = connection;
            attempt.Succeed(connection);
        }
    }

    // Called by the connection itself, before it tells those who wait: whoever tries again must not meet it any more.
    private void Leave(RedisConnection connection)
    {
        lock (_gate)
        {
            if (_open != connection) return;

            _attempt = new();
            _open = null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "the connection to Redis at {Where} broke: {Reason}")]
    private static partial void Broke(ILogger log, string where, string reason);

    [LoggerMessage(LogLevel.Error, "{Failure}; calls fail until it answers")]
    private static partial void Down(ILogger log, string failure);

    [LoggerMessage(LogLevel.Information, "Redis at {Where} answers again after {Attempts} attempts")]
    private static partial void Back(ILogger log, string where, int attempts);

    /// <summary>One attempt to connect, or one that begins in a moment.</summary>
    private sealed class Attempt
    {
        private readonly TaskCompletionSource<RedisConnection?> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile RedisUnavailableException? _failure;

        public Task<RedisConnection?> Made => _made.Task;

        /// <summary>Why this one, or the one before it, failed.</summary>
        public RedisUnavailableException? Failure
        {
            get => _failure;
            init => _failure = value;
        }

        /// <summary>It may still succeed, but nobody is to wait for it any more.</summary>
        public void Suspect(RedisUnavailableException late) => _failure ??= late;

        public void Succeed(RedisConnection connection)
        {
            _failure = null;
            _made.TrySetResult(connection);
        }

        public void Fail(RedisUnavailableException failure)
        {
            _failure = failure;
            _made.TrySetResult(null);
        }
    }
}
