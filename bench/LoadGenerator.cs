using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Outpost.Bench;

/// <summary>The answers to expect for a request: any other status ends the run, because a fast error is no result.</summary>
internal sealed record Load(string Name, Func<long, byte[]> Request, params int[] Statuses);

/// <summary>What came back: how many in how long, and how long each took, in microseconds, ascending.</summary>
internal sealed record Measured(long Requests, TimeSpan Took, double[] Microseconds)
{
    public double PerSecond => Requests / Took.TotalSeconds;

    public double Percentile(double share) => Microseconds.Length == 0 ? 0 : Microseconds[(int)Math.Min(Microseconds.Length - 1, Microseconds.Length * share)];
}

/// <summary>
/// Sends prepared bytes over kept-alive connections and reads just enough of each answer to know where it ends. HttpClient would take as much
/// of the two cores as the server that is measured.
/// </summary>
internal static class LoadGenerator
{
    public static Task<Measured> RunAsync(IPEndPoint server, Load load, int connections, TimeSpan duration, CancellationToken ct) => RunAsync(server, load, connections, duration, TimeSpan.Zero, ct);

    /// <param name="pause">What every caller does something else for between two requests; zero for none.</param>
    public static async Task<Measured> RunAsync(IPEndPoint server, Load load, int connections, TimeSpan duration, TimeSpan pause, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var started = Stopwatch.GetTimestamp();
        var ends = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long number = 0;

        var times = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server, deadline.Token);
            var answer = new AnswerReader(socket);
            var took = new List<double>(1 << 16);
            while (Stopwatch.GetTimestamp() is var before && before < ends)
            {
                var request = load.Request(Interlocked.Increment(ref number));
                await socket.SendAsync(request, SocketFlags.None, deadline.Token);
                var status = await answer.ReadAsync(deadline.Token);
                if (!load.Statuses.Contains(status)) throw new InvalidOperationException($"{load.Name}: the server answered {status} instead of {string.Join(" or ", load.Statuses)}: {answer.Start}");
                took.Add((Stopwatch.GetTimestamp() - before) * 1_000_000d / Stopwatch.Frequency);
                if (pause > TimeSpan.Zero) await Task.Delay(pause, deadline.Token);
            }

            return took;
        }, deadline.Token)));

        var elapsed = Stopwatch.GetElapsedTime(started);
        var all = times.SelectMany(t => t).ToArray();
        Array.Sort(all);
        return new(all.Length, elapsed, all);
    }

    public static byte[] Get(string path, string? cookie = null) => Bytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{Cookie(cookie)}\r\n");

    public static byte[] Post(string path, string json, string? cookie = null, string? idempotencyKey = null) => Bytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\n{Cookie(cookie)}{(idempotencyKey is null ? "" : $"Idempotency-Key: {idempotencyKey}\r\n")}" +
        $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    private static string Cookie(string? cookie) => cookie is null ? "" : $"Cookie: {cookie}\r\n";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

/// <summary>Reads answers off one connection, by Content-Length or chunk by chunk.</summary>
internal sealed class AnswerReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _from;
    private int _to;

    /// <summary>The first bytes of the last answer, to show when it was not the expected one.</summary>
    public string Start { get; private set; } = "";

    public async ValueTask<int> ReadAsync(CancellationToken ct)
    {
        var head = await FindAsync("\r\n\r\n"u8.ToArray(), ct);
        var (status, length) = Head(_buffer.AsSpan(_from, head - _from));
        Start = Encoding.UTF8.GetString(_buffer, _from, Math.Min(_to - _from, 600));
        _from = head + 4;

        if (length >= 0)
        {
            await SkipAsync(length, ct);
        }
        else
        {
            while (await ChunkAsync(ct) > 0) { }
        }

        return status;
    }

    private static (int Status, int Length) Head(ReadOnlySpan<byte> head)
    {
        var status = ((head[9] - '0') * 100) + ((head[10] - '0') * 10) + head[11] - '0';
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0) return (status, status is 204 or 304 ? 0 : -1);

        var length = 0;
        for (var i = at + 16; i < head.Length && head[i] is >= (byte)'0' and <= (byte)'9'; i++) length = (length * 10) + head[i] - '0';
        return (status, length);
    }

    private async ValueTask<int> ChunkAsync(CancellationToken ct)
    {
        var end = await FindAsync("\r\n"u8.ToArray(), ct);
        var size = int.Parse(Encoding.ASCII.GetString(_buffer, _from, end - _from), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        _from = end + 2;
        await SkipAsync(size + 2, ct);
        return size;
    }

    private async ValueTask<int> FindAsync(byte[] mark, CancellationToken ct)
    {
        while (true)
        {
            var at = _buffer.AsSpan(_from, _to - _from).IndexOf(mark);
            if (at >= 0) return _from + at;
            await FillAsync(ct);
        }
    }

    private async ValueTask SkipAsync(int count, CancellationToken ct)
    {
        while (count > 0)
        {
            var here = Math.Min(count, _to - _from);
            _from += here;
            count -= here;
            if (count > 0) await FillAsync(ct);
        }
    }

    private async ValueTask FillAsync(CancellationToken ct)
    {
        if (_from == _to) (_from, _to) = (0, 0);
        if (_to == _buffer.Length)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        var read = await socket.ReceiveAsync(_buffer.AsMemory(_to), SocketFlags.None, ct);
        if (read == 0) throw new IOException("The server closed the connection.");
        _to += read;
    }
}
