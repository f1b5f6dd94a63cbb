using System.Buffers.Text;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Redis;

/// <summary>
/// The nodes that are known and which of them has which slot. A server alone is the cluster of its one node: that there are more is learnt from the
/// first answer that says so, and learnt again whenever a node says that a slot has moved, or a node is lost.
/// </summary>
internal sealed partial class RedisCluster : IDisposable
{
    private static readonly RedisCommand AskSlots = new("CLUSTER", "SLOTS");

    private readonly RedisUrl _seedUrl;
    private readonly RedisOptions _options;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly RedisNode _seed;
    private readonly ConcurrentDictionary<(string Host, int Port), RedisNode> _nodes = new();
    private readonly Lock _gate = new();
    private volatile RedisNode[]? _slots;
    private volatile bool _disposed;
    private bool _learning;

    public RedisCluster(RedisUrl url, RedisOptions options, ILogger log, TimeProvider clock)
    {
        (_seedUrl, _options, _log, _clock) = (url, options, log, clock);
        _seed = NewNode(url);
        if (url.SocketPath is null) _nodes[(url.Host, url.Port)] = _seed;
    }

    /// <summary>Whether there is more than one node.</summary>
    public bool IsOne => _slots is null;

    public RedisNode NodeOf(in RedisCommand command)
    {
        if (_slots is not { } slots) return _seed;

        return command.HasKey ? slots[HashSlot.Of(command.Key)] : Anyone(slots);
    }

    /// <summary>Where to listen to channels: any node will do, and after a failure another.</summary>
    public RedisUrl Listening(int failures)
    {
        if (_slots is null || failures == 0) return _seedUrl;

        var all = _nodes.Values.Select(node => node.Url).OrderBy(url => url.Port).ToArray();
        return all.Length == 0 ? _seedUrl : all[failures % all.Length];
    }

    /// <summary>The node that the redirection names, which has the slot from now on.</summary>
    /// <param name="from">The node that answered; the redirection may leave its own host out.</param>
    public RedisNode Moved(in RedisReply redirection, RedisNode from)
    {
        var (slot, node) = Read(redirection, from);
        // Each call that comes for the slot until everything is learnt anew would be sent on again.
        if (_slots is { } slots) slots[slot] = node;
        Learn();
        return node;
    }

    /// <summary>The node that the redirection names, which takes this one command.</summary>
    public RedisNode Asked(in RedisReply redirection, RedisNode from) => Read(redirection, from).Node;

    /// <summary>Finds out in the background which node has which slot.</summary>
    public void Learn()
    {
        lock (_gate)
        {
            if (_learning || _disposed) return;
            _learning = true;
        }

        _ = Task.Run(LearnAsync);
    }

    public void Dispose()
    {
        _disposed = true;
        _seed.Dispose();
        foreach (var node in _nodes.Values) node.Dispose();
    }

    private RedisNode Anyone(RedisNode[] slots) => _seed.IsOpen ? _seed : _nodes.Values.FirstOrDefault(node => node.IsOpen) ?? slots[0];

    private (int Slot, RedisNode Node) Read(in RedisReply redirection, RedisNode from)
    {
        // MOVED 3999 127.0.0.1:6381
        var words = redirection.AsException().Message.Split(' ');
        var colon = words.Length == 3 ? words[2].LastIndexOf(':') : -1;
        if (colon < 0
            || !int.TryParse(words[1], out var slot) || slot is < 0 or >= HashSlot.Count
            || !int.TryParse(words[2].AsSpan(colon + 1), out var port)) throw new RedisProtocolException("Redis sent a command on to nowhere.");

        return (slot, NodeAt(words[2][..colon], port, from));
    }

    private RedisNode NodeAt(string host, int port, RedisNode from)
    {
        var known = host is "" or "?" ? from.Url.Host : host;
        return _nodes.GetOrAdd((known, port), static (at, self) => self.NewNode(self._seedUrl with { Host = at.Host, Port = at.Port, SocketPath = null }), this);
    }

    private RedisNode NewNode(RedisUrl url) => new(url, _options, _log, _clock, Lost);

    private void Lost()
    {
        // Its slots may be somebody else's soon.
        if (_slots is not null) Learn();
    }

    private async Task LearnAsync()
    {
        try
        {
            // Who answers at all comes first; the one that was lost would only say so.
            foreach (var node in _nodes.Values.Append(_seed).Distinct().OrderByDescending(node => node.IsOpen).ToArray())
            {
                if (await TryLearnFromAsync(node)) return;
            }
        }
        finally
        {
            lock (_gate) _learning = false;
        }
    }

    private async Task<bool> TryLearnFromAsync(RedisNode node)
    {
        try
        {
            var reply = await node.SendAsync(AskSlots, CancellationToken.None);
            if (reply.IsError || reply.Items.Length == 0) return false;

            Take(reply, node);
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }

    private void Take(in RedisReply ranges, RedisNode from)
    {
        var slots = new RedisNode[HashSlot.Count];
        var members = new HashSet<RedisNode>();
        foreach (var range in ranges.Items)
        {
            foreach (var member in range.Items.Skip(2)) members.Add(NodeAt(member[0].AsString() ?? "", checked((int)member[1].AsLong()), from));
            var master = NodeAt(range[2][0].AsString() ?? "", checked((int)range[2][1].AsLong()), from);
            for (var slot = range[0].AsLong(); slot <= range[1].AsLong(); slot++) slots[slot] = master;
        }

        // A slot that nobody serves now is asked of whoever answered: he says that the cluster is down.
        for (var slot = 0; slot < slots.Length; slot++) slots[slot] ??= from;

        var first = _slots is null;
        _slots = slots;
        if (first) Learnt(_log, members.Count, RedisDial.Where(_seedUrl));
        foreach (var (at, node) in _nodes)
        {
            if (!members.Contains(node) && node != _seed && _nodes.TryRemove(new(at, node))) _ = RetireAsync(node);
        }
    }

    // What was sent to it before has time to be answered.
    private async Task RetireAsync(RedisNode node)
    {
        await Task.Delay(_options.CommandTimeout, _clock);
        node.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "Redis at {Where} is a cluster of {Nodes} nodes")]
    private static partial void Learnt(ILogger log, int nodes, string where);
}
