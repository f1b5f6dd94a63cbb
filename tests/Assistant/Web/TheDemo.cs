using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Assistant.Providers.Practice;

namespace Outpost.Assistant.Tests.Web;

/// <summary><c>outpost up --demo</c> as somebody types it who has neither a key nor a database: everything is its own, and gone afterwards.</summary>
public sealed class TheDemo
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_a_question_says_that_it_was_no_model_and_shows_what_it_would_have_cost()
    {
        var directory = Directory.CreateTempSubdirectory("outpost-demo-");
        // The servers run as users of their own where this runs as root.
        if (Environment.UserName == "root") File.SetUnixFileMode(directory.FullName, File.GetUnixFileMode(directory.FullName) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        using var outpost = Start(directory.FullName, FreePort(), out var port);
        var talk = outpost.StandardError.ReadToEndAsync(Stop);
        try
        {
            // One line on standard output says that everything runs.
            var line = await outpost.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(TimeSpan.FromMinutes(2), Stop);
            Assert.True(line is not null, "it did not come up");
            _ = outpost.StandardOutput.ReadToEndAsync(Stop);
            var login = JsonNode.Parse(line)!["logins"]!.AsArray().Single()!;
            using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/") };
            var token = (string)(await (await client.PostAsJsonAsync("/api/auth/login", new { email = (string)login["email"]!, password = (string)login["password"]! }, Stop)).JsonAsync())["token"]!;
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

            var answer = await (await client.SendAsync("/api/chat", new { messages = new[] { new { role = "user", content = "What is the weather?" } } })).JsonAsync();
            (await client.SendAsync("/api/chat/sessions", new { })).EnsureSuccessStatusCode();
            JsonNode costs;
            using (var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop))
            {
                patience.CancelAfter(TimeSpan.FromSeconds(30));
                // The settlement goes its way after the answer.
                while ((int)(costs = await (await client.ReadAsync("/api/costs/summary?period=today")).JsonAsync())["requests"]! == 0) await Task.Delay(20, patience.Token);
            }

            Assert.Equal(PracticeProvider.Sentence, (string?)answer["content"]);
            Assert.True((decimal)costs["total_cost"]! > 0, costs.ToJsonString());
            Assert.Equal(1, (int)costs["requests"]!);
        }
        finally
        {
            using (var kill = Process.Start("kill", ["-TERM", outpost.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync(Stop);
            await outpost.WaitForExitAsync(Stop);
            directory.Delete(recursive: true);
        }

        Assert.True(outpost.ExitCode == 0, await talk);
    }

    private static Process Start(string data, int free, out int port)
    {
        port = free;
        var start = new ProcessStartInfo(Environment.ProcessPath!, [data]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardErrorEncoding = Encoding.UTF8, WorkingDirectory = Path.GetTempPath() };
        foreach (var key in (string[])["DATABASE_URL", "ASSISTANT_DATABASE_URL", "REDIS_URL", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GOOGLE_API_KEY"]) start.Environment.Remove(key);
        start.Environment[EntryPoint.As] = "demo";
        start.Environment["ASSISTANT_PORT"] = free.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
