using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Platform.Http;

namespace Outpost.Bench;

/// <summary>
/// <c>outpost bench assistant</c>: the same request to the practice provider directly, and through the gateway with key, limits and ledger. What lies between the
/// two is what the gateway adds. Everything runs on one machine, so it also takes processor time from each other.
/// </summary>
/// <param name="soak">So many requests more, to see whether the memory grows.</param>
/// <param name="outage">For so long the database then does not answer.</param>
/// <param name="only">So many callers; 0 for one number after the other.</param>
internal sealed class AssistantBench(TextWriter output, TimeSpan duration, long soak, TimeSpan outage, int only)
{
    private const string Model = "gpt-4o";
    private const int Leavers = 25;

    private static readonly int[] Callers = [1, 4, 16, 64];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8), Pause = TimeSpan.FromMilliseconds(10);

    public async Task RunAsync(CancellationToken ct)
    {
        await using var provider = await PracticeProcess.StartAsync(ct);
        await using var outpost = await Installation.StartAsync(
            new("assistant", "assistant", "ASSISTANT_PORT", "/api/health",
            [
                ("ASSISTANT_PRACTICE_URL", $"http://127.0.0.1:{provider.Port}"),
                ("COST_LIMIT_PER_REQUEST", "1000"),
                ("COST_LIMIT_PER_HOUR", "1000000"),
                ("COST_LIMIT_PER_DAY", "1000000"),
                ("COST_WARN_PER_REQUEST", "none"),
                ("COST_WARN_PER_HOUR", "none"),
                ("COST_WARN_PER_DAY", "none"),
            ]), ct);
        using var person = await SignedInAsync(outpost, ct);
        var key = await KeyAsync(person, ct);
        var idle = Resident(outpost);

        await Line($"{Environment.ProcessorCount} cores; {duration.TotalSeconds:0} s each; gateway, ledger (PostgreSQL), practice provider and callers on the same machine");
        // A service runs for months: what is measured is not its first seconds, in which the code is still being compiled.
        foreach (var stream in (bool[])[false, true])
        {
            await LoadGenerator.RunAsync(provider.Address, Straight(stream), 16, WarmUp / 4, ct);
            await LoadGenerator.RunAsync(outpost.Address, Through(stream, key), 16, WarmUp, ct);
            await LoadGenerator.RunAsync(outpost.Address, Through(stream, key), 1, WarmUp / 4, ct);
        }

        await Line();
        await Line($"Callers that do something else for {Pause.TotalMilliseconds:0} ms between two requests: what one request waits longer");
        await TableAsync(provider, outpost, key, Pause, ct);
        await Line();
        await Line("Callers that ask again at once, and a provider that answers at once: how much there is in two cores");
        await TableAsync(provider, outpost, key, TimeSpan.Zero, ct);

        await Line();
        await Line($"memory idle {idle:0.0} MB, after all of it {Resident(outpost):0.0} MB");
        await LeavingAsync(provider, outpost, key, ct);
        if (soak > 0) await new AssistantEndurance(output, provider, outpost, person, Through(false, key)).RunAsync(soak, outage, ct);
    }

    private async Task TableAsync(PracticeProcess provider, Installation outpost, string key, TimeSpan pause, CancellationToken ct)
    {
        await Line($"{"answer",-9} {"callers",7} {"direct/s",9} {"p50 ms",8} {"p99 ms",8} {"gateway/s",10} {"p50 ms",8} {"p99 ms",8} {"added p50",10} {"added p99",10} {"µs cpu",8} {"all µs",8} {"RSS MB",8}");
        foreach (var stream in (bool[])[false, true])
        {
            foreach (var callers in only > 0 ? [only] : Callers)
            {
                var direct = await LoadGenerator.RunAsync(provider.Address, Straight(stream), callers, duration, pause, ct);
                await LoadGenerator.RunAsync(outpost.Address, Through(stream, key), callers, Warm, pause, ct);
                var (before, allBefore) = (Footprint.Of(outpost.Pid, withChildren: false).CpuSeconds, Footprint.Of(outpost.Pid, withChildren: true).CpuSeconds);
                var gateway = await LoadGenerator.RunAsync(outpost.Address, Through(stream, key), callers, duration, pause, ct);
                var after = Footprint.Of(outpost.Pid, withChildren: false);
                var all = Footprint.Of(outpost.Pid, withChildren: true).CpuSeconds;
                await Row(stream, callers, direct, gateway, (after.CpuSeconds - before) / gateway.Requests, (all - allBefore) / gateway.Requests, after.Resident);
            }
        }
    }

    private static Load Straight(bool stream)
    {
        var bytes = Post("/openai/v1/chat/completions", stream, null);
        return new("direct", _ => bytes, 200);
    }

    private static Load Through(bool stream, string key)
    {
        var bytes = Post("/v1/chat/completions", stream, key);
        return new("gateway", _ => bytes, 200);
    }

    private static double Resident(Installation outpost) => Footprint.Of(outpost.Pid, withChildren: false).Resident / 1048576d;

    private TimeSpan Warm => duration / 4;

    /// <summary>A caller hangs up in the middle of an answer: how long until the provider's connection is closed, and stops costing.</summary>
    private async Task LeavingAsync(PracticeProcess provider, Installation outpost, string key, CancellationToken ct)
    {
        using var practice = OutgoingHttp.Client(TimeSpan.FromSeconds(100));
        practice.BaseAddress = new($"http://127.0.0.1:{provider.Port}");
        var took = new List<double>();
        for (var i = 0; i < Leavers; i++)
        {
            using var forget = await practice.DeleteAsync("/practice/calls", ct);
            using var script = await practice.PostAsJsonAsync("/practice/scripts", new[] { new { endless = true, tokenDelayMs = 5 } }, ct);
            script.EnsureSuccessStatusCode();
            long left;
            using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
            {
                await socket.ConnectAsync(outpost.Address, ct);
                await socket.SendAsync(Post("/v1/chat/completions", true, key), ct);
                var buffer = new byte[4096];
                for (var seen = 0; seen < 1000;)
                {
                    var read = await socket.ReceiveAsync(buffer, ct);
                    if (read == 0) throw new InvalidOperationException("The gateway closed a stream that does not end.");
                    seen += read;
                }

                left = Stopwatch.GetTimestamp();
            }

            // The clock is the machine's, so that the other process's figure can be compared.
            JsonNode? call;
            while ((call = (await practice.GetFromJsonAsync<JsonArray>("/practice/calls", ct))!.FirstOrDefault())?["closedAt"] is null) await Task.Delay(5, ct);
            took.Add(Stopwatch.GetElapsedTime(left, (long)call["closedAt"]!).TotalMilliseconds);
        }

        took.Sort();
        await Line($"a caller hangs up: the provider's connection is closed after {took[took.Count / 2]:0.0} ms (median of {took.Count}), at most {took[^1]:0.0} ms");
    }

    private static readonly string[] _scopes = ["gateway"];

    private static async Task<HttpClient> SignedInAsync(Installation outpost, CancellationToken ct)
    {
        var client = outpost.Client();
        using var signIn = await client.PostAsJsonAsync("/api/auth/login", new { email = outpost.Login.Email, password = outpost.Login.Password }, ct);
        signIn.EnsureSuccessStatusCode();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string)(await signIn.Content.ReadFromJsonAsync<JsonNode>(ct))!["token"]!);
        return client;
    }

    // A key of its own, as any program has one: with the limits of the service, and as many calls as it likes.
    private static async Task<string> KeyAsync(HttpClient person, CancellationToken ct) =>
        (string)(await Installation.PostAsync(person, "/api/keys", new { name = "bench", scopes = _scopes, calls_per_minute = 1_000_000 }, ct))["key"]!;

    private static byte[] Post(string path, bool stream, string? key)
    {
        var json = $$"""{"model":"{{Model}}","max_tokens":400,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"What does the invoice of March say about the pump in the cellar, and who is to repair it?"}]}""";
        return Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\n{(key is null ? "" : $"Authorization: Bearer {key}\r\n")}Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");
    }

    private Task Row(bool stream, int callers, Measured direct, Measured gateway, double cpu, double all, long resident) => Line(string.Create(CultureInfo.InvariantCulture,
        $"{(stream ? "streamed" : "whole"),-9} {callers,7} {direct.PerSecond,9:0} {Ms(direct, 0.5),8:0.00} {Ms(direct, 0.99),8:0.00} {gateway.PerSecond,10:0} {Ms(gateway, 0.5),8:0.00} {Ms(gateway, 0.99),8:0.00} {Ms(gateway, 0.5) - Ms(direct, 0.5),10:0.00} {Ms(gateway, 0.99) - Ms(direct, 0.99),10:0.00} {cpu * 1_000_000,8:0} {all * 1_000_000,8:0} {resident / 1048576d,8:0.0}"));

    private static double Ms(Measured measured, double share) => measured.Percentile(share) / 1000;

    private Task Line(FormattableString text) => output.WriteLineAsync(text.ToString(CultureInfo.InvariantCulture));

    private Task Line(string text = "") => output.WriteLineAsync(text);
}
