using System.CommandLine;

namespace Outpost.Bench;

/// <summary><c>outpost bench NAME</c>: the figures behind every claim of speed, for anyone to measure again.</summary>
public static class BenchCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long each request is measured", DefaultValueFactory = _ => 5, Recursive = true };
        var connections = new Option<int>("--connections") { Description = "How many callers at once", DefaultValueFactory = _ => 16, Recursive = true };
        var bench = new Command("bench", "Measure speed and memory on an installation of its own") { seconds, connections };

        var fsm = new Command("fsm", "The field service: health, login, job list, job create, payment");
        fsm.SetAction(async (words, ct) =>
        {
            await new FsmBench(words.InvocationConfiguration.Output, TimeSpan.FromSeconds(words.GetValue(seconds)), words.GetValue(connections)).RunAsync(ct);
            return 0;
        });
        bench.Subcommands.Add(fsm);

        var only = new Option<string>("--only") { Description = "Measure only what has this in its path", DefaultValueFactory = _ => "" };
        var lists = new Command("lists", "The field service's lists and searches over 20,000 clients, 100,000 visits and 50,000 invoices, one connection; each for a fifth of --seconds and about 100 times") { only };
        lists.SetAction(async (words, ct) =>
        {
            await new ListBench(words.InvocationConfiguration.Output, TimeSpan.FromSeconds(words.GetValue(seconds)) / 5, words.GetValue(only)!).RunAsync(ct);
            return 0;
        });
        bench.Subcommands.Add(lists);

        var minute = new Option<int>("--mixed-seconds") { Description = "How long everything runs together", DefaultValueFactory = _ => 60 };
        var web = new Command("web", "The field service's pages, an invoice as PDF, and the memory after a minute of everything") { minute };
        web.SetAction(async (words, ct) =>
        {
            await new WebBench(words.InvocationConfiguration.Output, TimeSpan.FromSeconds(words.GetValue(seconds)), words.GetValue(connections), TimeSpan.FromSeconds(words.GetValue(minute))).RunAsync(ct);
            return 0;
        });
        bench.Subcommands.Add(web);

        var aicq = new Command("aicq", "The agent hub: every public request, signed posts, search from 200 to 100,000 messages, 10,000 live streams");
        aicq.SetAction(async (words, ct) =>
        {
            await new HubBench(words.InvocationConfiguration.Output, TimeSpan.FromSeconds(words.GetValue(seconds)), words.GetValue(connections)).RunAsync(ct);
            return 0;
        });
        bench.Subcommands.Add(aicq);

        var redis = new Command("redis", "Our client of Redis beside redis-benchmark, on a server of its own");
        redis.SetAction(async (words, ct) =>
        {
            await new RedisBench(words.InvocationConfiguration.Output, TimeSpan.FromSeconds(words.GetValue(seconds))).RunAsync(ct);
            return 0;
        });
        bench.Subcommands.Add(redis);

        var megabytes = new Option<int>("--megabytes") { Description = "How large the company is", DefaultValueFactory = _ => 1000 };
        var backup = new Command("backup", "Dump and archive of a company of 1 GB: copying it, bringing it back, and what is lost with the server") { megabytes };
        backup.SetAction(async (words, ct) =>
        {
            // Long enough that the time-out of the archive decides what is lost, and not the moment.
            await new BackupBench(words.InvocationConfiguration.Output, words.GetValue(megabytes), TimeSpan.FromSeconds(words.GetValue(seconds)) * 16).RunAsync(ct);
            return 0;
        });
        bench.Subcommands.Add(backup);

        var soak = new Option<long>("--soak") { Description = "So many requests more, one after the other, to see whether the memory grows" };
        var outage = new Option<int>("--outage") { Description = "For so many seconds its database then does not answer", DefaultValueFactory = _ => 0 };
        var callers = new Option<int>("--callers") { Description = "Only so many callers at once, instead of 1, 4, 16 and 64" };
        var assistant = new Command("assistant", "What the assistant's gateway adds to asking a provider directly, with its ledger on: latency, requests a second, memory") { soak, outage, callers };
        assistant.SetAction(async (words, ct) =>
        {
            await new AssistantBench(words.InvocationConfiguration.Output, TimeSpan.FromSeconds(words.GetValue(seconds)), words.GetValue(soak), TimeSpan.FromSeconds(words.GetValue(outage)), words.GetValue(callers)).RunAsync(ct);
            return 0;
        });
        bench.Subcommands.Add(assistant);
        return bench;
    }
}
