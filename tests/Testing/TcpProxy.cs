using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Outpost.Testing;

/// <summary>A wire that can be cut, slowed and made to carry a few bytes at a time.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly EndPoint _target;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly Task _accepting;
    private long _budget = long.MaxValue;

    /// <param name="target">Where connections lead.</param>
    public TcpProxy(EndPoint target)
    {
        _target = target;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>How many bytes at most go over it in one piece.</summary>
    public int Piece { get; set; } = 64 * 1024;

    /// <summary>How many connections there have been.</summary>
    public int Connections { get; private set; }

    /// <summary>Whether new connections are let through; otherwise they are cut at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>All connections end now, in the middle of whatever they carry.</summary>
    public void Cut()
    {
        foreach (var socket in _open.Keys) Abort(socket);
    }

    /// <summary>All connections end once so many bytes more came from the target.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _budget, bytes);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var carrying = new List<Task>();
        try
        {
            while (true)
            {
                var here = await _listener.AcceptAsync();
                Connections++;
                if (Refuses) Abort(here);
                else carrying.Add(CarryAsync(here));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(carrying);
        }
    }

    private async Task CarryAsync(Socket here)
    {
        using var there = new Socket(_target.AddressFamily, SocketType.Stream, _target.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        (_open[here], _open[there]) = (true, true);
        try
        {
            await there.ConnectAsync(_target);
            await Task.WhenAny(PumpAsync(here, there, answers: false), PumpAsync(there, here, answers: true));
        }
        catch (SocketException)
        {
            // Nobody is at home; the caller sees it as a connection that ends.
        }

        foreach (var socket in new[] { here, there })
        {
            _open.TryRemove(socket, out _);
            Abort(socket);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool answers)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(0, Piece)) is > 0 and var read)
            {
                if (answers && Interlocked.Read(ref _budget) < long.MaxValue && Interlocked.Add(ref _budget, -read) <= 0)
                {
                    Interlocked.Exchange(ref _budget, long.MaxValue);
                    await to.SendAsync(buffer.AsMemory(0, Math.Max(0, read / 2)));
                    Cut();
                    return;
                }

                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, Math.Min(Piece, read - sent)));
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // The other direction ends with it.
        }
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }
}
