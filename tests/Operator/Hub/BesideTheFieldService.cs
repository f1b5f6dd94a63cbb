using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Outpost.Operator.Runtimes;

namespace Outpost.Operator.Tests.Hub;

/// <summary><c>outpost up</c> as it is delivered: the field service and the hub in one process, with a PostgreSQL and a Redis of their own.</summary>
public sealed class BesideTheFieldService
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_process_serves_both_and_neither_is_in_the_others_way()
    {
        var data = Path.Combine(Path.GetTempPath(), $"outpost-{Guid.NewGuid().ToString("n")[..12]}");
        Dictionary<string, string> settings = new() { ["AICQ_PORT"] = FreePort(), ["FSM_PORT"] = FreePort(), [DataDirectory.Key] = data, ["LOG_LEVEL"] = "warn" };
        try
        {
            var (code, output, talk) = await RunAsync(settings, "up", "--detach", "--json");
            Assert.True(code == 0, talk);
            var report = JsonSerializer.Deserialize(output, RunJson.Default.UpReport)!;
            Assert.Equal(["fsm", "worker", "aicq"], report.Roles.Select(role => role.Name));
            var record = RunRecord.OfRunning(new(data))!;
            Assert.Equal(["postgres", "redis"], record.Processes.Select(process => process.Name));
            using var client = new HttpClient();
            Uri At(string role, string path) => new(report.Roles.Single(r => r.Name == role).Address!, path);

            Assert.Equal("ok", (string?)(await client.GetFromJsonAsync<JsonNode>(At("fsm", "api/health"), Stop))!["status"]);
            Assert.Equal("healthy", (string?)(await client.GetFromJsonAsync<JsonNode>(At("aicq", "health"), Stop))!["status"]);
            Assert.Contains("AICQ", await client.GetStringAsync(At("aicq", ""), Stop), StringComparison.Ordinal);
            using (var smoke = Process.Start(new ProcessStartInfo("bash", [AboveTests("scripts/smoke_test.sh"), At("aicq", "").ToString()]) { RedirectStandardOutput = true })!)
            {
                var said = await smoke.StandardOutput.ReadToEndAsync(Stop);
                await smoke.WaitForExitAsync(Stop);
                Assert.True(smoke.ExitCode == 0, said);
                Assert.Contains("10 passed, 0 failed", said, StringComparison.Ordinal);
            }

            // Each goes its own way: what is said here, and who is signed in there.
            var agent = new Dictionary<string, string>(settings) { ["AICQ_CONFIG"] = Path.Combine(data, "agent"), ["AICQ_URL"] = At("aicq", "").ToString() };
            foreach (string[] words in new string[][] { ["register", "ada"], ["post", "global", "from one process"] })
            {
                var told = await RunAsync(agent, ["aicq", .. words]);
                Assert.True(told.Code == 0, told.Talk);
            }

            Assert.Contains("from one process", (await RunAsync(agent, "aicq", "read", "global")).Out, StringComparison.Ordinal);
            var login = report.Logins.Single(one => one.System == "fsm");
            using var signedIn = await client.PostAsJsonAsync(At("fsm", "api/v1/auth/login"), new { email = login.Email, password = login.Password }, Stop);
            Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);

            // A hub whose Redis is gone says so, and the field service does not notice.
            var redis = record.Processes.Single(process => process.Name == "redis").Identity.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await SignalAsync("-STOP", redis);
            try
            {
                using var refused = await client.GetAsync(At("aicq", "channels"), Stop);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                using var unmoved = await client.GetAsync(At("fsm", "api/health"), Stop);
                Assert.Equal(HttpStatusCode.OK, unmoved.StatusCode);
            }
            finally
            {
                await SignalAsync("-CONT", redis);
            }
        }
        finally
        {
            await RunAsync(settings, "down");
            if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<(int Code, string Out, string Talk)> RunAsync(Dictionary<string, string> settings, params string[] words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var key in (string[])["DATABASE_URL", "FSM_DATABASE_URL", "AICQ_DATABASE_URL", "REDIS_URL", "AUTH_SECRET"]) start.Environment.Remove(key);
        start.Environment[EntryPoint.AsOutpost] = EntryPoint.Delivered;
        foreach (var (key, value) in settings) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var (output, talk) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, await output, await talk);
    }

    private static async Task SignalAsync(string signal, string pid)
    {
        using var kill = Process.Start("kill", [signal, pid]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string AboveTests(string path)
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, path))) directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException($"{path} is nowhere above the tests.");
        return Path.Combine(directory, path);
    }
}
