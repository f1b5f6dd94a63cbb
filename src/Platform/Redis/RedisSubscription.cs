using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Outpost.Platform.Redis;

/// <summary>
/// What is published on one channel. Redis keeps nothing for who is away, so there are gaps: after the connection was made again, or when the reader fell
/// too far behind. In its place among the messages each gap is told by <see cref="Gap"/>; ask <see cref="IsGap"/> of every message. For one reader.
/// </summary>
public sealed class RedisSubscription : IAsyncEnumerable<ReadOnlyMemory<byte>>, IAsyncDisposable
{
    /// <summary>Stands where messages may be missing: look for yourself at what you missed. It is known by its identity and is no message.</summary>
    public static readonly ReadOnlyMemory<byte> Gap = "gap"u8.ToArray();

    private readonly RedisPubSub _owner;
    private readonly Channel<ReadOnlyMemory<byte>> _messages = System.Threading.Channels.Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private readonly int _limit;

    internal RedisSubscription(RedisPubSub owner, string channel, int limit) => (_owner, Channel, _limit) = (owner, channel, limit);

    public string Channel { get; }

    public static bool IsGap(ReadOnlyMemory<byte> message) =>
        MemoryMarshal.TryGetArray(message, out var here) && MemoryMarshal.TryGetArray(Gap, out var gap) && ReferenceEquals(here.Array, gap.Array);

    /// <summary>Ends when the subscription or the client is disposed.</summary>
    public IAsyncEnumerator<ReadOnlyMemory<byte>> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _messages.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Close();
        await _owner.LeaveAsync(this);
    }

    internal void Close() => _messages.Writer.TryComplete();

    /// <summary>Called by one at a time.</summary>
    internal void Deliver(ReadOnlyMemory<byte> message)
    {
        if (_messages.Reader.Count >= _limit)
        {
            // A reader so far behind wants to know how things stand, and not what was said long ago.
            while (_messages.Reader.TryRead(out _))
            {
            }

            _messages.Writer.TryWrite(Gap);
        }

        _messages.Writer.TryWrite(message);
    }
}
