using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Redis;

/// <summary>Makes connections: socket, TLS, user and password, database.</summary>
internal static class RedisDial
{
    private const string NoPassword = "it wants a password, and the URL has none";

    /// <returns>A stream that is signed in and silent.</returns>
    /// <exception cref="RedisUnavailableException">There is none to be had; the message says why.</exception>
    public static async Task<Stream> ConnectAsync(RedisUrl url, RedisOptions options, TimeProvider clock, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        Stream? stream = null;
        try
        {
            stream = await OpenAsync(url, options, both.Token);
            await SignInAsync(stream, url, options, both.Token);
            return stream;
        }
        catch (Exception failed) when (failed is SocketException or IOException or AuthenticationException or RedisException or OperationCanceledException or InvalidOperationException or ArgumentException)
        {
            if (stream is not null) await stream.DisposeAsync();
            ct.ThrowIfCancellationRequested();
            throw new RedisUnavailableException($"Redis at {Where(url)} cannot be reached: {Why(failed, options)}", inner: failed);
        }
    }

    public static string Where(RedisUrl url) => url.SocketPath ?? $"{(url.Host.Contains(':', StringComparison.Ordinal) ? $"[{url.Host}]" : url.Host)}:{url.Port}";

    private static string Why(Exception failed, RedisOptions options) => failed switch
    {
        OperationCanceledException => $"no connection within {options.ConnectTimeout.TotalSeconds:0.###} s",
        // Which of the two says it depends on who is faster, the server that closes or the client that writes.
        IOException { InnerException: SocketException cause } => cause.Message,
        AuthenticationException => $"TLS failed: {failed.Message}",
        _ => failed.Message,
    };

    private static async Task<Stream> OpenAsync(RedisUrl url, RedisOptions options, CancellationToken ct)
    {
        var socket = url.SocketPath is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Stream? stream = null;
        try
        {
            if (url.SocketPath is not null) await socket.ConnectAsync(new UnixDomainSocketEndPoint(url.SocketPath), ct);
            else
            {
                await socket.ConnectAsync(url.Host, url.Port, ct);
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            }

            stream = new NetworkStream(socket, ownsSocket: true);
            if (!url.Tls) return stream;

            var tls = new SslStream(stream);
            stream = tls;
            await tls.AuthenticateAsClientAsync(Tls(url, options), ct);
            return tls;
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(RedisUrl url, RedisOptions options)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = url.Host };
        if (options.Authorities is not { } authorities) return tls;

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        tls.CertificateChainPolicy = policy;
        return tls;
    }

    private static async Task SignInAsync(Stream stream, RedisUrl url, RedisOptions options, CancellationToken ct)
    {
        var answers = new Answers(stream);
        var signedIn = options.Protocol >= 3 && await HelloAsync(answers, url, ct);
        var greetings = new List<(RedisCommand Command, string? Refusal)>();
        if (!signedIn && url.Password is not null) greetings.Add((url.User is null ? new("AUTH", url.Password) : new("AUTH", url.User, url.Password), "it refuses the user and password of the URL"));
        if (url.Database > 0) greetings.Add((new("SELECT", url.Database), $"it does not give database {url.Database}"));
        greetings.Add((new("CLIENT", "SETNAME", options.ClientName), null));
        // A server that still reads its data from the disk accepts the others and refuses this one.
        greetings.Add((new("PING"), "it is not ready"));

        var refusal = await answers.AskAsync(greetings, ct);
        if (refusal is not null) throw new RedisUnavailableException(refusal);
    }

    /// <returns>False when the server does not know protocol 3.</returns>
    private static async Task<bool> HelloAsync(Answers answers, RedisUrl url, CancellationToken ct)
    {
        var hello = url.Password is null ? new RedisCommand("HELLO", 3) : new("HELLO", 3, "AUTH", url.User ?? "default", url.Password);
        var reply = await answers.AskAsync(hello, ct);
        if (!reply.IsError) return true;
        if (reply.IsErrorOf("NOAUTH"u8)) throw new RedisUnavailableException(NoPassword);
        if (reply.IsErrorOf("NOPROTO"u8) || reply.IsErrorOf("ERR"u8)) return false;

        throw new RedisUnavailableException($"it refuses the user and password of the URL ({reply.AsException().Message})");
    }

    /// <summary>One question and its answer at a time.</summary>
    private sealed class Answers(Stream stream)
    {
        private readonly ReplyReader _reader = new();
        private readonly byte[] _buffer = new byte[4096 + (32 * 1024)];
        private int _length;

        public async Task<string?> AskAsync(List<(RedisCommand Command, string? Refusal)> greetings, CancellationToken ct)
        {
            var wire = new WireBuffer();
            foreach (var (command, _) in greetings) wire.Append(command.Wire);
            await stream.WriteAsync(wire.Written, ct);

            string? first = null;
            foreach (var (_, refusal) in greetings)
            {
                var reply = await NextAsync(ct);
                if (!reply.IsError || refusal is null) continue;
                first ??= reply.IsErrorOf("NOAUTH"u8) ? NoPassword : $"{refusal} ({reply.AsException().Message})";
            }

            return first;
        }

        public async Task<RedisReply> AskAsync(RedisCommand command, CancellationToken ct)
        {
            await stream.WriteAsync(command.Wire.ToArray(), ct);
            return await NextAsync(ct);
        }

        private async Task<RedisReply> NextAsync(CancellationToken ct)
        {
            while (true)
            {
                var whole = _reader.TryRead(_buffer.AsSpan(0, _length), out var used, out var reply);
                _buffer.AsSpan(used, _length - used).CopyTo(_buffer);
                _length -= used;
                if (whole) return reply;

                var read = await stream.ReadAsync(_buffer.AsMemory(_length), ct);
                if (read == 0) throw new IOException("it closed the connection");
                _length += read;
            }
        }
    }
}
