using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Outpost.Bench;

/// <summary>Whether the assistant's memory grows, over many requests and while its database does not answer; and whether the ledger then still knows every token.</summary>
internal sealed class AssistantEndurance(TextWriter output, PracticeProcess provider, Installation outpost, HttpClient person, Load load)
{
    private const int Callers = 16;
    private static readonly TimeSpan Part = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromMinutes(1);

    public async Task RunAsync(long requests, TimeSpan outage, CancellationToken ct)
    {
        // The provider's bill begins anew, and with it what the ledger is compared with.
        using (var forget = await provider.Client.DeleteAsync("/practice/calls", ct)) forget.EnsureSuccessStatusCode();
        var before = await LedgerAsync(ct);

        await Line();
        await Line($"{"requests",10} {"per s",8} {"RSS MB",8}");
        await Line($"{0,10} {"",8} {Resident,8:0.0}");
        for (long done = 0; done < requests;)
        {
            var part = await LoadGenerator.RunAsync(outpost.Address, load, Callers, Part, ct);
            done += part.Requests;
            await Line($"{done,10} {part.PerSecond,8:0} {Resident,8:0.0}");
        }

        if (outage > TimeSpan.Zero) await OutageAsync(outage, ct);
        await CompareAsync(before, ct);
    }

    private double Resident => Footprint.Of(outpost.Pid, withChildren: false).Resident / 1048576d;

    // Every process of PostgreSQL is stopped where it stands, with everything it holds: connections stay open, and nobody answers on them.
    private async Task OutageAsync(TimeSpan outage, CancellationToken ct)
    {
        await Line();
        await Line($"the database stops answering for {outage.TotalSeconds:0} s, and {Callers} callers go on asking; RSS {Resident:0.0} MB");
        var servers = Footprint.Children(outpost.Pid, "postgres");
        var patient = load with { Statuses = [200, 503] };
        await SignalAsync("STOP", servers, ct);
        try
        {
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) is var passed && passed < outage)
            {
                var left = outage - passed;
                var part = await LoadGenerator.RunAsync(outpost.Address, patient, Callers, left < Part ? left : Part, ct);
                await Line($"  after {Stopwatch.GetElapsedTime(began).TotalSeconds,3:0} s: {part.Requests,5} answers, the slowest after {part.Percentile(1) / 1000,6:0} ms; RSS {Resident:0.0} MB");
            }
        }
        finally
        {
            await SignalAsync("CONT", servers, ct);
        }

        var back = Stopwatch.GetTimestamp();
        await LoadGenerator.RunAsync(outpost.Address, patient, 1, TimeSpan.FromMilliseconds(1), ct);
        await Line($"it answers again, and after {Stopwatch.GetElapsedTime(back).TotalMilliseconds:0} ms so does the gateway");
        var again = await LoadGenerator.RunAsync(outpost.Address, patient, Callers, Part, ct);
        await Line($"  {again.PerSecond:0} requests a second; RSS {Resident:0.0} MB");
    }

    // Token for token: what the provider bills, and what the ledger has.
    private async Task CompareAsync((long Input, long Output) before, CancellationToken ct)
    {
        var bill = (await provider.Client.GetFromJsonAsync<JsonNode>("/practice/bill", ct))!;
        var billed = bill["byModel"]!.AsObject().Select(model => model.Value!).Aggregate(
            (Input: 0L, Output: 0L), (sum, usage) => (sum.Input + Sum(usage, "uncachedInput", "cacheRead", "cacheWrite5m", "cacheWrite1h"), sum.Output + Sum(usage, "visibleOutput", "reasoning")));
        var began = Stopwatch.GetTimestamp();
        (long Input, long Output) counted;
        do
        {
            var now = await LedgerAsync(ct);
            counted = (now.Input - before.Input, now.Output - before.Output);
            if (counted == billed) break;

            await Task.Delay(100, ct);
        }
        while (Stopwatch.GetElapsedTime(began) < Patience);
        await Line(string.Create(CultureInfo.InvariantCulture, $"the provider bills {billed.Input} tokens in and {billed.Output} out; the ledger has {counted.Input} and {counted.Output}{(counted == billed ? "" : ": THEY DIFFER")}"));
    }

    private async Task<(long Input, long Output)> LedgerAsync(CancellationToken ct)
    {
        var lines = (await person.GetFromJsonAsync<JsonArray>("/api/costs/breakdown?period=all&by=model", ct))!;
        return (lines.Sum(line => (long)line!["input_tokens"]!), lines.Sum(line => (long)line!["output_tokens"]!));
    }

    private static long Sum(JsonNode usage, params string[] buckets) => buckets.Sum(bucket => (long?)usage[bucket] ?? 0);

    private static async Task SignalAsync(string signal, IEnumerable<int> processes, CancellationToken ct)
    {
        using var kill = Process.Start("kill", [$"-{signal}", .. processes.Select(pid => pid.ToString(CultureInfo.InvariantCulture))]);
        await kill.WaitForExitAsync(ct);
    }

    private Task Line(FormattableString text) => Line(text.ToString(CultureInfo.InvariantCulture));

    private Task Line(string text = "") => output.WriteLineAsync(text);
}
