using System.Net.Sockets;
using System.Text;

namespace Outpost.Platform.Redis.Embedded;

/// <summary>Just enough of Redis' protocol to ask a server on a unix socket how it is: one command, one answer.</summary>
public static class RedisSocket
{
    /// <summary>The text of the answer; an error keeps its leading minus.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<string> AskAsync(string socket, string password, string command, CancellationToken ct)
    {
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
        await using var stream = new NetworkStream(connection);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"AUTH {password}\r\n{command}\r\n"), ct);

        var welcome = await reader.ReadLineAsync(ct) ?? "";
        if (welcome != "+OK") return welcome;

        var head = await reader.ReadLineAsync(ct) ?? "";
        if (head is not ['$', .. var length]) return head.TrimStart('+');

        var text = new char[Math.Max(0, int.Parse(length, System.Globalization.CultureInfo.InvariantCulture))];
        await reader.ReadBlockAsync(text, ct);
        return new(text);
    }
}
