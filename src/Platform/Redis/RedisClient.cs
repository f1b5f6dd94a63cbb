using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Redis;

/// <summary>
/// Redis, alone or a cluster, over one shared connection for each node. Made without waiting; it connects at the first call and again whenever the connection
/// ends. A call never waits for a server that is known to be down, and what may have been carried out is never sent again: whether to is the caller's to say.
/// In a cluster a command without a key goes to any node. Safe for many threads.
/// </summary>
public sealed class RedisClient : IAsyncDisposable
{
    // While a slot moves, its keys are here and there for as long as that takes; a cluster that says it is down is believed within 35 ms.
    private const int MaxHops = 16, MaxHopsWhenDown = 3;

    private static readonly RedisCommand Asking = new("ASKING");

    private readonly RedisOptions _options;
    private readonly TimeProvider _clock;
    private readonly RedisCluster _cluster;
    private readonly RedisPubSub _pubSub;

    public RedisClient(RedisUrl url, RedisOptions? options = null, ILogger? log = null, TimeProvider? clock = null)
    {
        _options = options ?? new();
        log ??= NullLogger.Instance;
        _clock = clock ?? TimeProvider.System;
        Url = url;
        _cluster = new(url, _options, log, _clock);
        _pubSub = new(_cluster.Listening, _options, log, _clock);
    }

    /// <summary>Where it was told to go.</summary>
    public RedisUrl Url { get; }

    /// <exception cref="RedisServerException">Redis refused it.</exception>
    /// <exception cref="RedisUnavailableException">It did not get there, or its answer did not come back; see <see cref="RedisUnavailableException.MayHaveBeenCarriedOut"/>.</exception>
    [OverloadResolutionPriority(1)] // so that new("GET", key) is a command and no batch
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RedisReply> CallAsync(RedisCommand command, CancellationToken ct = default)
    {
        var node = _cluster.NodeOf(command);
        var reply = await node.SendAsync(command, ct);
        return reply.IsError ? (await AgainAsync(command, reply, node, ct)).OrThrow() : reply;
    }

    /// <summary>
    /// All in one write, with nobody's command between them; in a cluster one write for each node that has keys of theirs, and with a <c>MULTI</c> among
    /// them all to the node of the first key. An error stays in its place among the replies.
    /// </summary>
    /// <exception cref="RedisUnavailableException">They did not get there, or not all answers came back.</exception>
    public async ValueTask<RedisReply[]> CallAsync(ReadOnlyMemory<RedisCommand> commands, CancellationToken ct = default)
    {
        if (commands.IsEmpty) return [];
        if (IsTransaction(commands.Span)) return await TransactAsync(commands, ct);

        var node = _cluster.NodeOf(commands.Span[0]);
        return _cluster.IsOne ? await SendAsync(node, commands, ct) : await ScatterAsync(commands, ct);
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
        _cluster.Dispose();
        await _pubSub.DisposeAsync();
    }

    private static bool IsTransaction(ReadOnlySpan<RedisCommand> commands)
    {
        foreach (ref readonly var command in commands)
        {
            if (command.Name.Equals("MULTI", StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>Follows what a refusal says to do. Each of these refusals means that nothing has been carried out.</summary>
    private async ValueTask<RedisReply> AgainAsync(RedisCommand command, RedisReply reply, RedisNode node, CancellationToken ct)
    {
        var asked = false;
        for (var hop = 0; hop < MaxHops && reply.IsError; hop++)
        {
            if (command.Script is not null && reply.IsErrorOf("NOSCRIPT"u8)) command = command.WithScriptText();
            else if (reply.IsErrorOf("MOVED"u8)) (node, asked) = (_cluster.Moved(reply, node), false);
            else if (reply.IsErrorOf("ASK"u8)) (node, asked) = (_cluster.Asked(reply, node), true);
            else if (reply.IsErrorOf("TRYAGAIN"u8) || reply.IsErrorOf("CLUSTERDOWN"u8))
            {
                _cluster.Learn();
                if (reply.IsErrorOf("CLUSTERDOWN"u8) && hop >= MaxHopsWhenDown) break;
                await Task.Delay(TimeSpan.FromMilliseconds(5 << Math.Min(hop, 6)), _clock, ct);
                (node, asked) = (_cluster.NodeOf(command), false);
            }
            else return reply;

            reply = asked ? (await node.SendAsync(new[] { Asking, command }, ct))[1] : await node.SendAsync(command, ct);
        }

        if (reply.IsErrorOf("CLUSTERDOWN"u8)) throw new RedisUnavailableException("The Redis cluster is down: nobody serves this key");
        return reply;
    }

    private async ValueTask<RedisReply[]> SendAsync(RedisNode node, ReadOnlyMemory<RedisCommand> commands, CancellationToken ct)
    {
        var replies = (await node.SendAsync(commands, ct)).Items;
        for (var i = 0; i < replies.Length; i++)
        {
            if (replies[i].IsError) replies[i] = await AgainAsync(commands.Span[i], replies[i], node, ct);
        }

        return replies;
    }

    private async ValueTask<RedisReply[]> ScatterAsync(ReadOnlyMemory<RedisCommand> commands, CancellationToken ct)
    {
        var groups = new Dictionary<RedisNode, List<int>>();
        RedisNode? keyless = null;
        for (var i = 0; i < commands.Length; i++)
        {
            var command = commands.Span[i];
            var node = command.HasKey ? _cluster.NodeOf(command) : keyless ??= _cluster.NodeOf(command);
            if (!groups.TryGetValue(node, out var group)) groups[node] = group = [];
            group.Add(i);
        }

        if (groups.Count == 1) return await SendAsync(groups.Keys.First(), commands, ct);

        var replies = new RedisReply[commands.Length];
        var parts = groups.Select(async group =>
        {
            var part = await SendAsync(group.Key, group.Value.Select(i => commands.Span[i]).ToArray(), ct);
            for (var i = 0; i < part.Length; i++) replies[group.Value[i]] = part[i];
        });
        try
        {
            await Task.WhenAll(parts);
            return replies;
        }
        catch (RedisUnavailableException lost)
        {
            throw new RedisUnavailableException($"Not all of {commands.Length} commands were answered: {lost.Message}", mayHaveBeenCarriedOut: true, lost);
        }
    }

    private async ValueTask<RedisReply[]> TransactAsync(ReadOnlyMemory<RedisCommand> commands, CancellationToken ct)
    {
        var node = _cluster.NodeOf(Array.Find(commands.ToArray(), command => command.HasKey));
        for (var hop = 0; ; hop++)
        {
            var replies = (await node.SendAsync(commands, ct)).Items;
            var moved = Array.FindIndex(replies, reply => reply.IsErrorOf("MOVED"u8));
            // Redis has thrown the whole transaction away: it is sent again whole.
            if (moved < 0 || hop >= MaxHops) return replies;

            node = _cluster.Moved(replies[moved], node);
        }
    }
}
