using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Outpost.FieldService.Tests.Worker;

/// <summary>
/// A small mail server. It says on standard output <c>listening PORT</c>, and <c>accepted ADDRESS MESSAGE-ID</c> for each letter it has taken on. How it behaves
/// is written in the address: <c>refuse</c> is turned away for good, <c>busy</c> for now and once, <c>stuck</c> hears nothing more once before its letter, <c>mute</c> hears
/// nothing more once after its letter was taken on, and the letters themselves are said as <c>letter ADDRESS BASE64</c>. With <see cref="Security"/> it speaks
/// TLS, with <see cref="Ways"/> it asks who is there (<c>office</c> with the password <c>secret</c>) and says <c>signed in WAY ENCRYPTED</c>.
/// </summary>
internal static class MailServer
{
    public const string Security = "MAIL_SECURITY", Certificates = "MAIL_CERTIFICATES", Ways = "MAIL_AUTH";

    private static readonly ConcurrentDictionary<string, bool> Had = new(StringComparer.Ordinal);
    private static readonly Lock Out = new();

    public static async Task<int> RunAsync()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Say($"listening {((IPEndPoint)listener.LocalEndpoint).Port}");
        // It ends when whoever started it is gone.
        var end = Task.Run(() => Console.In.ReadToEnd());
        while (true)
        {
            var next = listener.AcceptTcpClientAsync();
            if (await Task.WhenAny(next, end) == end) return 0;
            _ = TalkAsync(await next);
        }
    }

    private static async Task TalkAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var plain = client.GetStream();
                if (Environment.GetEnvironmentVariable(Security) == "tls")
                {
                    await using var encrypted = await EncryptAsync(plain);
                    await TalkAsync(encrypted, greet: true);
                }
                else
                {
                    await TalkAsync(plain, greet: true);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or AuthenticationException)
        {
            // The other side was killed, or did not like the certificate.
        }
    }

    private static async Task<SslStream> EncryptAsync(Stream plain)
    {
        var encrypted = new SslStream(plain);
        using var pem = X509Certificate2.CreateFromPemFile(
            Path.Combine(Environment.GetEnvironmentVariable(Certificates)!, "cert.pem"), Path.Combine(Environment.GetEnvironmentVariable(Certificates)!, "key.pem"));
        await encrypted.AuthenticateAsServerAsync(pem);
        return encrypted;
    }

    private static async Task TalkAsync(Stream stream, bool greet)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, false, 1024, leaveOpen: true);
        await using var writer = new StreamWriter(stream, Encoding.ASCII, 1024, leaveOpen: true) { NewLine = "\r\n", AutoFlush = true };
        if (greet) await writer.WriteLineAsync("220 sink.test at your service");
        var ways = Environment.GetEnvironmentVariable(Ways);
        var to = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    if (stream is not SslStream && Environment.GetEnvironmentVariable(Security) == "starttls") await writer.WriteLineAsync("250-sink.test\r\n250 STARTTLS");
                    else await writer.WriteLineAsync($"250-sink.test{(ways is null ? "" : $"\r\n250-AUTH {ways}")}\r\n250 8BITMIME");
                    break;
                case "STARTTLS":
                    await writer.WriteLineAsync("220 go ahead");
                    await using (var encrypted = await EncryptAsync(stream)) await TalkAsync(encrypted, greet: false);
                    return;
                case "AUTH":
                    await writer.WriteLineAsync(await SignsInAsync(line, reader, writer) ? "235 2.7.0 welcome" : "535 5.7.8 wrong password");
                    Say($"signed in {line.Split(' ')[1]} {(stream is SslStream ? "encrypted" : "readable")}");
                    break;
                case "RCPT":
                    to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                    var first = Had.TryAdd(to, true);
                    if (to.StartsWith("stuck", StringComparison.Ordinal) && first)
                    {
                        Say($"stuck {to}");
                        await Task.Delay(Timeout.Infinite);
                    }

                    await writer.WriteLineAsync(to.StartsWith("refuse", StringComparison.Ordinal) ? "550 5.1.1 no such user" : to.StartsWith("busy", StringComparison.Ordinal) && first ? "451 4.7.1 try again later" : "250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go ahead");
                    var letter = new StringBuilder();
                    while (await reader.ReadLineAsync() is { } text and not ".") letter.Append(text.StartsWith('.') ? text[1..] : text).Append('\n');
                    var id = letter.ToString().Split('\n').First(header => header.StartsWith("Message-ID: ", StringComparison.Ordinal))[12..];
                    Say($"letter {to} {Convert.ToBase64String(Encoding.ASCII.GetBytes(letter.ToString()))}");
                    Say($"accepted {to} {id}");
                    // The letter is in this house; the answer is lost on its way.
                    if (to.StartsWith("mute", StringComparison.Ordinal)) await Task.Delay(Timeout.Infinite);
                    await writer.WriteLineAsync("250 2.0.0 taken on");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    private static async Task<bool> SignsInAsync(string line, StreamReader reader, StreamWriter writer)
    {
        if (line.StartsWith("AUTH PLAIN ", StringComparison.Ordinal)) return Decoded(line["AUTH PLAIN ".Length..]) == "\0office\0secret";

        await writer.WriteLineAsync("334 VXNlcm5hbWU6");
        var user = Decoded(await reader.ReadLineAsync());
        await writer.WriteLineAsync("334 UGFzc3dvcmQ6");
        return (user, Decoded(await reader.ReadLineAsync())) == ("office", "secret");
    }

    private static string Decoded(string? word) => Encoding.UTF8.GetString(Convert.FromBase64String(word ?? ""));

    private static void Say(string line)
    {
        lock (Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
