using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Telemetry;
using Outpost.Platform.Tests.Http;
using Outpost.Testing;

namespace Outpost.Platform.Tests.Telemetry;

public sealed partial class LinesOfTheLog
{
    [Fact]
    public void Are_json_with_the_published_names_first_and_the_fields_of_the_message_behind()
    {
        var job = Guid.Parse("018f0000-0000-7000-8000-000000000001");

        var line = Assert.Single(Written([], log => Completed(log, job, 12.5, "He said \"done\"\nand left")));

        Assert.Equal(["level", "ts", "service", "msg", "jobId", "took", "note"], line.Select(field => field.Key));
        Assert.Equal("info", line.Text("level"));
        Assert.Equal("2026-03-01T08:30:00.250Z", line.Text("ts"));
        Assert.Equal("worker", line.Text("service"));
        Assert.Equal($"Job {job} completed in 12.5: He said \"done\"\nand left", line.Text("msg"));
        Assert.Equal(job.ToString(), line.Text("jobId"));
        Assert.Equal(12.5, (double)line["took"]!);
    }

    [Fact]
    public void Carry_the_trace_of_the_work_they_belong_to()
    {
        var trace = Guid.NewGuid();

        var lines = Written([], log =>
        {
            using (TraceContext.Begin(trace)) Told(log, "inside");
            Told(log, "outside");
        });

        Assert.Equal(trace.ToString(), lines[0].Text("traceId"));
        Assert.False(lines[1].ContainsKey("traceId"));
    }

    [Fact]
    public void Keep_their_own_names_apart_from_fields_that_are_called_the_same() =>
        Assert.Equal("mine", Assert.Single(Written([], log => Clash(log, "mine", 3))).Text("level_"));

    [Theory]
    [InlineData("debug", "debug,info,warn,error")]
    [InlineData("info", "info,warn,error")]
    [InlineData("warn", "warn,error")]
    [InlineData("error", "error")]
    public void Begin_at_the_level_that_is_set(string level, string written) => Assert.Equal(written, string.Join(',', Written([("LOG_LEVEL", level)], log =>
    {
        foreach (var each in (LogLevel[])[LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error]) AtLevel(log, each);
    }).Select(line => line.Text("level"))));

    [Fact]
    public void A_level_that_is_none_is_told_with_the_fix() =>
        Assert.Equal("LOG_LEVEL", Assert.Single(Assert.Throws<SettingsException>(() => Written([("LOG_LEVEL", "loud")], _ => { })).Problems).Key);

    [Theory]
    [InlineData("AUTH_SECRET", "correct horse battery staple")]
    [InlineData("AUTH_SECRET", "quoted \"horse\" \\ battery")]
    [InlineData("DATABASE_URL", "postgres://app:hunter22%2Fhunter22@localhost/ai_fsm", "hunter22/hunter22")]
    [InlineData("DATABASE_URL", "postgres://app:hunter22%2Fhunter22@localhost/ai_fsm", "hunter22%2Fhunter22")]
    public void Never_hold_the_value_of_a_secret(string key, string value, string? secret = null)
    {
        var line = Assert.Single(Written([(key, value)], log => Told(log, $"connecting with {secret ?? value} failed")));

        Assert.DoesNotContain(secret ?? value, line.Text("msg"), StringComparison.Ordinal);
        Assert.Contains("***", line.Text("msg"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tell_one_request_once_without_its_query_and_machines_only_at_debug()
    {
        await using var host = await RunningHost.StartAsync(app =>
        {
            app.MapGet("/api/jobs/{id}", (int id) => id);
            app.MapGet("/portal/{key}", (string key) => key.Length).WithSecretPath();
            app.MapMetrics();
        });
        await host.Client.GetStringAsync("/api/jobs/7?q=Ann+Smith", Stop);
        await host.Client.GetStringAsync("/portal/let-me-in", Stop);
        await host.Client.GetStringAsync("/metrics", Stop);

        var lines = (await host.LogAsync()).Where(line => line.Text("msg") == "request completed").ToList();

        Assert.Equal(["/api/jobs/7", "/portal/{key}", "/metrics"], lines.Select(line => line.Text("path")));
        Assert.Equal(["info", "info", "debug"], lines.Select(line => line.Text("level")));
        Assert.Equal("/api/jobs/{id}", lines[0].Text("route"));
        Assert.Equal("GET", lines[0].Text("method"));
        Assert.Equal(200, (int)lines[0]["status"]!);
        Assert.True((double)lines[0]["durationMs"]! > 0);
        Assert.DoesNotContain(lines, line => line.ToJsonString().Contains("Ann", StringComparison.Ordinal) || line.ToJsonString().Contains("let-me-in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Come_in_the_hubs_spelling_with_its_constants()
    {
        var profile = RunningHost.Web with { Log = new("time", "message") { Constants = [new("region", "iad")] } };
        await using var host = await RunningHost.StartAsync(_ => { }, profile: profile);
        await host.Client.GetAsync("/", Stop);

        var line = (await host.LogAsync()).Single(line => (string?)line["message"] == "request completed");

        Assert.Equal(["level", "time", "service", "region", "message"], line.Select(field => field.Key).Take(5));
    }

    private static List<JsonObject> Written((string Key, string Value)[] settings, Action<ILogger> write)
    {
        var stream = new MemoryLog();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new Clock(new DateTimeOffset(2026, 3, 1, 9, 30, 0, 250, TimeSpan.FromHours(1))));
        services.AddLogging(logging => logging.AddJsonLog("worker", new Settings(new Dictionary<string, string>()).With(settings), null, stream));
        using (var provider = services.BuildServiceProvider()) write(provider.GetRequiredService<ILogger<LinesOfTheLog>>());
        return stream.Lines();
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId} completed in {Took}: {Note}")]
    private static partial void Completed(ILogger log, Guid jobId, double took, string note);

    [LoggerMessage(LogLevel.Information, "{What}")]
    private static partial void Told(ILogger log, string what);

    [LoggerMessage(LogLevel.Warning, "{level} {ts}")]
    private static partial void Clash(ILogger log, string level, int ts);

    [LoggerMessage(Message = "at a level")]
    private static partial void AtLevel(ILogger log, LogLevel level);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

public sealed class ALogWhoseReaderIsSlowOrGone
{
    [Fact]
    public void Loses_debug_first_keeps_errors_and_says_how_many_are_missing()
    {
        using var stream = new BlockedStream();
        using var writer = new LogWriter(stream, new(), lost => Encoding.UTF8.GetBytes($"lost {lost}\n"), capacity: 1000);
        writer.Append(Line("first"), LogLevel.Error);
        stream.Entered.Wait(Stop);

        for (var i = 0; i < 10; i++) writer.Append(Line("debug"), LogLevel.Debug);
        for (var i = 0; i < 10; i++) writer.Append(Line("info"), LogLevel.Information);
        for (var i = 0; i < 2; i++) writer.Append(Line("error"), LogLevel.Error);
        stream.Open.Set();

        Assert.True(writer.Flush(TimeSpan.FromSeconds(10)));
        var words = stream.Text().Split('\n').Select(line => line.TrimEnd('.')).ToLookup(word => word);
        Assert.Equal((5, 2, 2), (words["debug"].Count(), words["info"].Count(), words["error"].Count()));
        Assert.Equal(13, writer.Lost);
        Assert.Single(words["lost 13"]);
    }

    [Fact]
    public void Never_makes_the_one_who_logs_wait()
    {
        using var stream = new BlockedStream();
        var writer = new LogWriter(stream, new(), _ => [], capacity: 10_000);

        for (var i = 0; i < 1_000; i++) writer.Append(Line("x"), LogLevel.Information);

        Assert.True(writer.Lost > 0);
        stream.Open.Set();
        writer.Dispose();
    }

    [Fact]
    public void Survives_a_stream_that_refuses_every_byte()
    {
        using var writer = new LogWriter(new FullDisk(), new(), _ => []);

        for (var i = 0; i < 10; i++) writer.Append(Line("x"), LogLevel.Error);

        Assert.True(writer.Flush(TimeSpan.FromSeconds(10)));
        Assert.Equal(10, writer.Lost);
    }

    [Fact]
    public void Writes_every_line_whole_and_in_each_threads_order()
    {
        using var stream = new BlockedStream();
        stream.Open.Set();
        using (var writer = new LogWriter(stream, new(), _ => []))
        {
            Parallel.For(0, 4, thread =>
            {
                for (var i = 0; i < 500; i++) writer.Append(Encoding.UTF8.GetBytes($"{thread} {i}\n"), LogLevel.Information);
            });
        }

        var lines = stream.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ').Select(int.Parse).ToArray()).ToList();
        Assert.Equal(2_000, lines.Count);
        Assert.All(lines.GroupBy(line => line[0]), thread => Assert.Equal(Enumerable.Range(0, 500), thread.Select(line => line[1])));
    }

    private static byte[] Line(string word) => Encoding.UTF8.GetBytes($"{word.PadRight(99, '.')}\n");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private sealed class BlockedStream : MemoryStream
    {
        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Open { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Entered.Set();
            Open.Wait();
            base.Write(buffer);
        }

        public string Text() => Encoding.UTF8.GetString(ToArray());
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
    }
}
