using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Platform.Telemetry;
using Outpost.Platform.Tests.Http;

namespace Outpost.Platform.Tests.Telemetry;

public sealed partial class SeriesOfAHost
{
    [Fact]
    public async Task Count_requests_by_method_route_template_and_status()
    {
        await using var host = await StartAsync();
        for (var id = 1; id <= 3; id++) await host.Client.GetAsync($"/api/jobs/{id}", Stop);
        await host.Client.GetAsync("/api/broken", Stop);
        foreach (var made in (string[])["/x", "/y", "/z"]) await host.Client.GetAsync(made, Stop);
        using var odd = new HttpRequestMessage(new("BREW"), "/coffee");
        await host.Client.SendAsync(odd, Stop);

        var series = await ScrapeAsync(host);

        Assert.Equal(3, series["http_requests_total{method=\"GET\",route=\"/api/jobs/{id}\",status=\"200\"}"]);
        Assert.Equal(1, series["http_requests_total{method=\"GET\",route=\"/api/broken\",status=\"500\"}"]);
        Assert.Equal(3, series["http_requests_total{method=\"GET\",route=\"unknown\",status=\"404\"}"]);
        Assert.Equal(1, series["http_requests_total{method=\"other\",route=\"unknown\",status=\"404\"}"]);
        Assert.Equal(3, series["http_request_duration_seconds_count{method=\"GET\",route=\"/api/jobs/{id}\"}"]);
        Assert.Equal(3, series["http_request_duration_seconds_bucket{method=\"GET\",route=\"/api/jobs/{id}\",le=\"+Inf\"}"]);
        Assert.Equal(1, series["http_requests_in_flight"]);
    }

    [Theory]
    [InlineData("process_cpu_seconds_total")]
    [InlineData("process_resident_memory_bytes")]
    [InlineData("process_open_fds")]
    [InlineData("process_max_fds")]
    [InlineData("process_threads")]
    [InlineData("process_start_time_seconds")]
    [InlineData("dotnet_gc_heap_size_bytes")]
    [InlineData("dotnet_gc_pause_seconds_total")]
    [InlineData("dotnet_thread_pool_queue_length")]
    [InlineData("log_lines_lost_total")]
    [InlineData("http_connections")]
    [InlineData("outpost_build_info")]
    public async Task Tell_of_the_process(string name)
    {
        await using var host = await StartAsync();
        GC.Collect();

        var series = await ScrapeAsync(host);

        Assert.Contains(series, one => one.Key.Split('{')[0] == name && one.Value >= 0);
    }

    [Fact]
    public async Task Include_what_a_service_measures_itself_and_nothing_of_another_host_in_the_process()
    {
        await using var host = await StartAsync();
        await using var other = await StartAsync();
        foreach (var each in (RunningHost[])[host, other, other])
        {
            var meter = each.Host.Services.GetRequiredService<IMeterFactory>().Create("Outpost.Tests");
            meter.CreateCounter<long>("invoices.issued", "{invoice}", "Invoices that got a number.").Add(1, new KeyValuePair<string, object?>("said", "a \"b\" \\ c\nd"));
        }

        Assert.Equal(1, (await ScrapeAsync(host))["invoices_issued_total{said=\"a \\\"b\\\" \\\\ c\\nd\"}"]);
    }

    [Fact]
    public async Task Are_asked_for_at_the_scrape_and_absent_while_they_cannot_be_had()
    {
        double? memory = 42;
        await using var host = await StartAsync(builder => builder.Services
            .AddSampledGauge(new("redis.memory_used", "By", "Memory of Redis.", _ => Task.FromResult(memory)))
            .AddSampledGauge(new("redis.clients", null, "Clients of Redis.", _ => throw new TimeoutException("gone")))
            .AddSampledGauge(new("redis.hanging", null, "Never answers.", async ct => { await Task.Delay(Timeout.InfiniteTimeSpan, ct); return 1; })));

        var series = await ScrapeAsync(host);

        Assert.Equal(42, series["redis_memory_used_bytes"]);
        Assert.DoesNotContain("redis_clients", series.Keys);
        Assert.DoesNotContain("redis_hanging", series.Keys);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.OK)]
    [InlineData("10.0.0.0/8", null, HttpStatusCode.NotFound)]
    [InlineData(null, "203.0.113.9", HttpStatusCode.NotFound)]
    public async Task Are_shown_to_those_who_may_see_them(string? allowed, string? forwarded, HttpStatusCode status)
    {
        await using var host = await StartAsync(settings: allowed is null ? [] : [("METRICS_ALLOW", allowed)]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (forwarded is not null) request.Headers.Add("X-Forwarded-For", forwarded);

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.NotFound) Assert.Equal("NOT_FOUND", (await answer.ErrorAsync()).Text("code"));
    }

    [Theory]
    [InlineData("http.request.duration", "s", "histogram", "http_request_duration_seconds")]
    [InlineData("http.requests", null, "counter", "http_requests_total")]
    [InlineData("bytes.sent_bytes", "By", "counter", "bytes_sent_bytes_total")]
    [InlineData("disk.io", "By", "counter", "disk_io_bytes_total")]
    [InlineData("queue.length", "{item}", "gauge", "queue_length")]
    [InlineData("cache.hits", "1", "gauge", "cache_hits_ratio")]
    [InlineData("2xx.rate", null, "gauge", "_2xx_rate")]
    public void Have_names_as_prometheus_wants_them(string name, string? unit, string type, string family) => Assert.Equal(family, PrometheusText.FamilyName(name, unit, type));

    [Fact]
    public async Task Hold_together_while_eight_callers_hammer_and_satisfy_promtool()
    {
        await using var host = await StartAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            var sent = 0;
            for (; !enough.IsCancellationRequested; sent++) await host.Client.GetAsync(caller % 2 == 0 ? $"/api/jobs/{sent}" : "/nowhere", Stop);
            return sent;
        }, Stop)).ToArray();

        double before = 0;
        for (var scrape = 0; scrape < 30; scrape++)
        {
            var text = await TextAsync(host);
            var series = Strictly(text);
            var now = series.Where(one => one.Key.StartsWith("http_requests_total{", StringComparison.Ordinal)).Sum(one => one.Value);
            Assert.True(now >= before);
            before = now;
        }

        await enough.CancelAsync();
        var sent = (await Task.WhenAll(callers)).Sum();
        Assert.Equal(sent, (await ScrapeAsync(host)).Where(one => one.Key.StartsWith("http_requests_total{", StringComparison.Ordinal) && !one.Key.Contains("/metrics", StringComparison.Ordinal)).Sum(one => one.Value));
        await PromtoolAsync(await TextAsync(host));
    }

    [Fact]
    public async Task Come_as_openmetrics_to_those_who_ask()
    {
        await using var host = await StartAsync();
        await host.Client.GetAsync("/api/jobs/1", Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

        using var answer = await host.Client.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);

        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("# TYPE http_requests counter\nhttp_requests_total{", text, StringComparison.Ordinal);
        Assert.Contains("le=\"1.0\"}", text, StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
    }

    // promtool judges names and types as well as the grammar; without it the strict reader below still stands.
    private static async Task PromtoolAsync(string text)
    {
        var tool = new[] { "/usr/bin/promtool", "/usr/local/bin/promtool" }.FirstOrDefault(File.Exists);
        if (tool is null) return;

        using var promtool = Process.Start(new ProcessStartInfo(tool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(text.AsMemory(), Stop);
        promtool.StandardInput.Close();
        var said = await promtool.StandardOutput.ReadToEndAsync(Stop) + await promtool.StandardError.ReadToEndAsync(Stop);
        await promtool.WaitForExitAsync(Stop);
        Assert.True(promtool.ExitCode == 0, said);
    }

    // A caller has his answer a moment before it is counted; once only this scrape is in flight, all are.
    private static async Task<Dictionary<string, double>> ScrapeAsync(RunningHost host)
    {
        while (true)
        {
            var series = Strictly(await TextAsync(host));
            if (series["http_requests_in_flight"] == 1) return series;
        }
    }

    private static async Task<string> TextAsync(RunningHost host)
    {
        using var answer = await host.Client.GetAsync("/metrics", Stop);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        return await answer.Content.ReadAsStringAsync(Stop);
    }

    /// <summary>Reads the text format 0.0.4 and accepts nothing else: one heading a family before its series, no series twice, buckets that grow and end in the count.</summary>
    private static Dictionary<string, double> Strictly(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var (series, types, family) = (new Dictionary<string, double>(), new Dictionary<string, string>(), "");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) family = line.Split(' ')[2];
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.Equal(family, line.Split(' ')[2]);
                Assert.True(types.TryAdd(family, line.Split(' ')[3]), $"{family} has two headings");
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.StartsWith(family, sample.Groups["name"].Value, StringComparison.Ordinal);
                Assert.Equal(family, types[family] == "histogram" ? Suffix().Replace(sample.Groups["name"].Value, "") : sample.Groups["name"].Value);
                var value = sample.Groups["value"].Value is "+Inf" ? double.PositiveInfinity : double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture);
                Assert.True(series.TryAdd(line[..line.LastIndexOf(' ')], value), line);
            }
        }

        foreach (var buckets in series.Where(one => one.Key.Contains("_bucket{", StringComparison.Ordinal)).GroupBy(one => Bound().Replace(one.Key, "")))
        {
            var counts = buckets.Select(bucket => bucket.Value).ToList();
            Assert.Equal(counts.Order(), counts);
            Assert.Contains("le=\"+Inf\"", buckets.Last().Key, StringComparison.Ordinal);
            var count = buckets.Key.Replace("_bucket{", "_count{", StringComparison.Ordinal);
            Assert.Equal(counts[^1], series.GetValueOrDefault(count, series.GetValueOrDefault(count.Replace("{}", "", StringComparison.Ordinal), -1)));
        }

        return series;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\})? (?<value>[-+0-9.eE]+|\+Inf|-Inf|NaN)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(",?le=\"[^\"]*\"")]
    private static partial Regex Bound();

    private static Task<RunningHost> StartAsync(Action<WebApplicationBuilder>? services = null, params (string, string)[] settings) => RunningHost.StartAsync(
        app =>
        {
            app.MapGet("/api/jobs/{id}", (int id) => id);
            app.MapGet("/api/broken", IResult () => throw new InvalidOperationException("broken"));
            app.MapMetrics();
        },
        builder =>
        {
            builder.Services.AddMeter("Outpost.Tests");
            services?.Invoke(builder);
        },
        settings: [.. settings, ("LOG_LEVEL", "error")]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
