using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Outpost.Bench;

/// <summary>Very many live streams of all activity, each a socket and a small buffer, so that the measurement costs little beside what is measured.</summary>
internal sealed class HubStreams : IDisposable
{
    private static readonly byte[] Ask = Encoding.ASCII.GetBytes("GET /live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");

    private readonly Socket[] _sockets;

    private HubStreams(Socket[] sockets) => _sockets = sockets;

    public int Count => _sockets.Length;

    public static async Task<HubStreams> OpenAsync(IPEndPoint hub, int count, CancellationToken ct)
    {
        var sockets = new Socket[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            var buffer = new byte[2048];
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                sockets[i] = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                await sockets[i].ConnectAsync(hub, ct);
                await sockets[i].SendAsync(Ask, SocketFlags.None, ct);
                var read = await sockets[i].ReceiveAsync(buffer, SocketFlags.None, ct);
                var head = Encoding.ASCII.GetString(buffer, 0, read);
                if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new InvalidOperationException($"Live stream {i} was answered: {head.Split('\r')[0]}");
            }
        }, ct)));
        return new(sockets);
    }

    /// <summary>How long it takes until a mark has come out of how many of them, each in milliseconds since the start, ascending.</summary>
    public async Task<double[]> HearAsync(string mark, Func<Task> start, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var wanted = Encoding.UTF8.GetBytes(mark);
        var started = Stopwatch.GetTimestamp();
        var hearing = _sockets.Select(socket => HearAsync(socket, wanted, () => Stopwatch.GetElapsedTime(started).TotalMilliseconds, patience.Token)).ToArray();
        started = Stopwatch.GetTimestamp();
        await start();
        var heard = (await Task.WhenAll(hearing)).OfType<double>().ToArray();
        Array.Sort(heard);
        return heard;
    }

    public void Dispose()
    {
        foreach (var socket in _sockets) socket.Dispose();
    }

    private static async Task<double?> HearAsync(Socket socket, byte[] wanted, Func<double> now, CancellationToken ct)
    {
        var buffer = new byte[4096];
        var filled = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, ct) is > 0 and var read)
            {
                filled += read;
                if (buffer.AsSpan(0, filled).IndexOf(wanted) >= 0) return now();

                // Half of the mark may stand at the end.
                var keep = Math.Min(filled, wanted.Length);
                buffer.AsSpan(filled - keep, keep).CopyTo(buffer);
                filled = keep;
            }
        }
        catch (Exception lost) when (lost is SocketException or OperationCanceledException)
        {
            // It has not heard it.
        }

        return null;
    }
}
