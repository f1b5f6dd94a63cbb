using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Outpost.FieldService.Tests.Worker;

/// <summary>
/// A small mail server. It says on standard output <c>listening PORT</c>, and <c>accepted ADDRESS MESSAGE-ID</c> for each letter it has taken on. How it behaves
/// is written in the address: <c>refuse</c> is turned away for good, <c>busy</c> for now and once, <c>stuck</c> hears nothing more once before its letter, <c>mute</c> hears
/// nothing more once after its letter was taken on, and the letters themselves are said as <c>letter ADDRESS BASE64</c>.
/// </summary>
internal static class MailServer
{
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
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII);
                await using var writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
                await TalkAsync(reader, writer);
            }
        }
        catch (IOException)
        {
            // The other side was killed.
        }
    }

    private static async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("220 sink.test at your service");
        var to = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await writer.WriteLineAsync("250-sink.test\r\n250 8BITMIME");
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

    private static void Say(string line)
    {
        lock (Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
