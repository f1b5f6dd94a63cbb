using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Outpost.FieldService.Messages;

/// <summary>The server said no.</summary>
/// <param name="code">Of the reply: 4xx for now, 5xx for good.</param>
internal sealed class SmtpRefusal(int code, string reply) : Exception(reply)
{
    public bool ForGood => code >= 500;
}

/// <summary>
/// One letter handed to a mail server, RFC 5321 step by step. The framework's client knows neither TLS from the first byte nor the moment before the final
/// dot, which is the one that counts: until then the server has nothing, after it the server may have everything.
/// </summary>
internal sealed class SmtpConversation : IAsyncDisposable
{
    private const int LongestReply = 64 * 1024;
    private static readonly byte[] End = "\r\n.\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream;
    private int _from, _to;
    private string[] _extensions = [];

    private SmtpConversation(Socket socket) => (_socket, _stream) = (socket, new NetworkStream(socket));

    /// <exception cref="SmtpRefusal"/>
    /// <exception cref="IOException"/>
    public static async Task<SmtpConversation> OpenAsync(MailSettings mail, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(mail.Host!, mail.Port, ct);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var talk = new SmtpConversation(socket);
        try
        {
            if (mail.Security is MailSecurity.Tls) await talk.EncryptAsync(mail.Host!, ct);
            await talk.ReplyAsync(2, ct);
            await talk.GreetAsync(ct);
            if (mail.Security is MailSecurity.StartTls)
            {
                if (!talk.Offers("STARTTLS")) throw new SmtpRefusal(454, "The server does not offer STARTTLS; set SMTP_SECURITY=none only where the way to it is safe.");
                await talk.SayAsync("STARTTLS", 2, ct);
                // What was said before the encryption began is not believed after it.
                if (talk._from < talk._to) throw new SmtpRefusal(454, "The server spoke on before the encryption began.");
                await talk.EncryptAsync(mail.Host!, ct);
                await talk.GreetAsync(ct);
            }

            if (mail.User is { } user) await talk.SignInAsync(user, mail.Password ?? "", ct);
            return talk;
        }
        catch
        {
            await talk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says who writes.</summary>
    public async Task IntroduceAsync(string from, CancellationToken ct) => await SayAsync($"MAIL FROM:<{from}>", 2, ct);

    /// <summary>Everything but the final dot. The server has taken nothing on yet.</summary>
    public async Task OfferAsync(string to, ReadOnlyMemory<byte> letter, CancellationToken ct)
    {
        await SayAsync($"RCPT TO:<{to}>", 2, ct);
        await SayAsync("DATA", 3, ct);
        await _stream.WriteAsync(Stuffed(letter.Span), ct);
        await _stream.FlushAsync(ct);
    }

    /// <summary>The final dot, and what the server says to it.</summary>
    public async Task<string> EndAsync(CancellationToken ct)
    {
        await _stream.WriteAsync(End, ct);
        await _stream.FlushAsync(ct);
        return await ReplyAsync(2, ct);
    }

    /// <summary>Says goodbye without waiting for the answer.</summary>
    public async Task QuitAsync(CancellationToken ct) => await _stream.WriteAsync("QUIT\r\n"u8.ToArray(), ct);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private bool Offers(string extension) => _extensions.Any(line => line.Equals(extension, StringComparison.OrdinalIgnoreCase) || line.StartsWith(extension + " ", StringComparison.OrdinalIgnoreCase));

    private async Task GreetAsync(CancellationToken ct)
    {
        var reply = await SayAsync($"EHLO {(_socket.LocalEndPoint is IPEndPoint { Address: var own } ? Literal(own) : "localhost")}", 2, ct);
        _extensions = [.. reply.Split('\n').Skip(1).Select(line => line.Trim())];
    }

    private static string Literal(IPAddress own)
    {
        var plain = own.IsIPv4MappedToIPv6 ? own.MapToIPv4() : own;
        return plain.AddressFamily is AddressFamily.InterNetworkV6 ? $"[IPv6:{plain}]" : $"[{plain}]";
    }

    private async Task EncryptAsync(string host, CancellationToken ct)
    {
        var encrypted = new SslStream(_stream);
        _stream = encrypted;
        await encrypted.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, ct);
    }

    private async Task SignInAsync(string user, string password, CancellationToken ct)
    {
        // A password goes over the wire only where nobody can read it.
        var nearby = _socket.RemoteEndPoint is IPEndPoint { Address: var server } && IPAddress.IsLoopback(server.IsIPv4MappedToIPv6 ? server.MapToIPv4() : server);
        if (_stream is not SslStream && !nearby) throw new SmtpRefusal(454, "The password is not sent without encryption.");

        var ways = _extensions.FirstOrDefault(line => line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase)) ?? "";
        if (ways.Contains("PLAIN", StringComparison.OrdinalIgnoreCase) || ways.Length == 0)
        {
            await SayAsync($"AUTH PLAIN {Base64($"\0{user}\0{password}")}", 2, ct);
            return;
        }

        await SayAsync("AUTH LOGIN", 3, ct);
        await SayAsync(Base64(user), 3, ct);
        await SayAsync(Base64(password), 2, ct);
    }

    private async Task<string> SayAsync(string line, int expected, CancellationToken ct)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), ct);
        await _stream.FlushAsync(ct);
        return await ReplyAsync(expected, ct);
    }

    /// <param name="expected">The first digit of the reply that lets us go on.</param>
    private async Task<string> ReplyAsync(int expected, CancellationToken ct)
    {
        var text = new StringBuilder();
        while (true)
        {
            var line = await LineAsync(ct);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)) throw new IOException("What answered is no mail server.");

            if (text.Length > 0) text.Append('\n');
            text.Append(line.Length > 4 ? line[4..] : "");
            if (text.Length > LongestReply) throw new IOException("The server's answer has no end.");
            if (line.Length > 3 && line[3] == '-') continue;

            return code / 100 == expected ? text.ToString() : throw new SmtpRefusal(code, $"{code} {text}");
        }
    }

    private async Task<string> LineAsync(CancellationToken ct)
    {
        var line = new List<byte>(80);
        while (true)
        {
            while (_from < _to)
            {
                var next = _buffer[_from++];
                if (next == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');

                line.Add(next);
                if (line.Count > LongestReply) throw new IOException("The server's answer has no end.");
            }

            (_from, _to) = (0, await _stream.ReadAsync(_buffer, ct));
            if (_to == 0) throw new IOException("The server hung up.");
        }
    }

    // A dot at the beginning of a line would end the letter. The letter ends without a line break, which comes with the dot.
    private static byte[] Stuffed(ReadOnlySpan<byte> letter)
    {
        if (letter.EndsWith("\r\n"u8)) letter = letter[..^2];
        var stuffed = new List<byte>(letter.Length + 64);
        for (var i = 0; i < letter.Length; i++)
        {
            if (letter[i] == '.' && (i == 0 || letter[i - 1] == '\n')) stuffed.Add((byte)'.');
            stuffed.Add(letter[i]);
        }

        return [.. stuffed];
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
