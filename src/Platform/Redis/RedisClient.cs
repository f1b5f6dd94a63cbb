using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Redis;

/// <summary>
/// Redis, alone or a cluster, over one shared connection for each node. Made without waiting; it connects at the first call and again whenever the connection
/// ends. A call never waits for a server that is known to be down, and is never sent twice: whether to try again is the caller's to say.
/// Safe for many threads.
/// </summary>
public sealed class RedisClient : IAsyncDisposable
{
    private readonly RedisNode _seed;
    private readonly RedisPubSub _pubSub;

    public RedisClient(RedisUrl url, RedisOptions? options = null, ILogger? log = null, TimeProvider? clock = null)
    {
        options ??= new();
        log ??= NullLogger.Instance;
        clock ??= TimeProvider.System;
        Url = url;
        _seed = new(url, options, log, clock);
        _pubSub = new(url, options, log, clock);
    }

    /// <summary>Where it was told to go.</summary>
    public RedisUrl Url { get; }

    /// <exception cref="RedisServerException">Redis refused it.</exception>
    /// <exception cref="RedisUnavailableException">It did not get there, or its answer did not come back; see <see cref="RedisUnavailableException.MayHaveBeenCarriedOut"/>.</exception>
    [OverloadResolutionPriority(1)] // so that new("GET", key) is a command and no batch
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RedisReply> CallAsync(RedisCommand command, CancellationToken ct = default)
    {
        var reply = await _seed.SendAsync(command, ct);
        return reply.IsError ? (await SecondThoughtAsync(command, reply, ct)).OrThrow() : reply;
    }

    /// <summary>All in one write, with nobody's command between them. An error stays in its place among the replies.</summary>
    /// <exception cref="RedisUnavailableException">They did not get there, or not all answers came back.</exception>
    public async ValueTask<RedisReply[]> CallAsync(ReadOnlyMemory<RedisCommand> commands, CancellationToken ct = default)
    {
        if (commands.IsEmpty) return [];

        var replies = (await _seed.SendAsync(commands, ct)).Items;
        for (var i = 0; i < replies.Length; i++)
        {
            if (replies[i].IsError) replies[i] = await SecondThoughtAsync(commands.Span[i], replies[i], ct);
        }

        return replies;
    }

    /// <inheritdoc cref="CallAsync(RedisCommand, CancellationToken)"/>
    public ValueTask<RedisReply> EvalAsync(RedisScript script, ReadOnlyMemory<RedisArg> keys, ReadOnlyMemory<RedisArg> args, CancellationToken ct = default) =>
        CallAsync(script.Call(keys.Span, args.Span), ct);

    /// <inheritdoc cref="CallAsync(RedisCommand, CancellationToken)"/>
    public ValueTask<RedisReply> EvalAsync(RedisScript script, ReadOnlySpan<RedisArg> keys, ReadOnlySpan<RedisArg> args, CancellationToken ct = default) =>
        CallAsync(script.Call(keys, args), ct);

    /// <summary>Returns when Redis has confirmed it: what is published from now on arrives. Dispose what it returns to leave the channel.</summary>
    /// <exception cref="RedisUnavailableException">Redis cannot be reached now.</exception>
    public ValueTask<RedisSubscription> SubscribeAsync(string channel, CancellationToken ct = default) => _pubSub.SubscribeAsync(channel, ct);

    public async ValueTask DisposeAsync()
    {
        _seed.Dispose();
        await _pubSub.DisposeAsync();
    }

    private async ValueTask<RedisReply> SecondThoughtAsync(RedisCommand command, RedisReply refusal, CancellationToken ct) =>
        command.Script is not null && refusal.IsErrorOf("NOSCRIPT"u8) ? await _seed.SendAsync(command.WithScriptText(), ct) : refusal;
}
